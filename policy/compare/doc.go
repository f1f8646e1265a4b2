// Package compare says where two policies differ, and on which arguments the
// answer of one depends, in conditions that a person can read.
//
// It works on meaning, not on text. The conditions that a call's clauses make
// split each argument into finitely many classes: bits that the same tests
// look at, and of their values those that no test tells apart. Over these
// classes the answer to a call is a finite function, kept as a decision
// diagram; the regions where it has one value, or where two of them differ,
// are exact. A region is then described by few conditions that may overlap.
package compare
