// Package minijail writes policies in the syntax of minijail0's seccomp policy
// files (minijail0(5), "SECCOMP_FILTER POLICY").
//
// A line is "call: 1", "call: return ERRNO" or "call: CONDITION", the last
// with "; return ERRNO" where the rest is not to be killed. A call without a
// line is killed. A condition is a disjunction of conjunctions of comparisons
// of the whole 64-bit register with a constant: ==, !=, the unsigned <, <=, >
// and >=, "&" (one of these bits is set) and "in" (no other bit is set).
//
// A policy compares an argument as wide as the kernel reads it. Where only all
// 64 bits can be compared, the condition written is the stricter one: it
// refuses registers with anything in their upper half.
package minijail
