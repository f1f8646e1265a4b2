package main

import (
	"jail/policy"
	"jail/policy/compare"
)

// callJSONDoc is the answer to one call.
type callJSONDoc struct {
	Policy string        `json:"policy"`
	Query  string        `json:"query"`
	ABIs   []callJSONABI `json:"abis"`
}

type callJSONABI struct {
	ABI     string         `json:"abi"`
	Syscall string         `json:"syscall"`
	Nr      uint32         `json:"nr"`
	Cases   []callJSONCase `json:"cases"`
}

type callJSONCase struct {
	answerJSON
	When string   `json:"when,omitempty"`
	Args []string `json:"args,omitempty"`
}

func (x *explainer) callJSON(q query, on []*answerOn) callJSONDoc {
	doc := callJSONDoc{Policy: x.ref, Query: q.text, ABIs: []callJSONABI{}}
	for _, a := range on {
		doc.ABIs = append(doc.ABIs, a.json())
	}
	return doc
}

func (a *answerOn) json() callJSONABI {
	out := callJSONABI{ABI: a.abi.Name, Syscall: a.write.Call, Nr: a.call.Nr}
	for _, c := range a.cases {
		j := callJSONCase{answerJSON: toAnswerJSON(a.rules, c.Then, c.Then.Rule)}
		if len(a.cases) > 1 {
			j.When, j.Args = a.write.Text(c.When), hexArgs(c.Witness)
		}
		out.Cases = append(out.Cases, j)
	}
	return out
}

// wholeJSONDoc is a policy as a document.
type wholeJSONDoc struct {
	Policy      string     `json:"policy"`
	Query       string     `json:"query,omitempty"`
	Description string     `json:"description,omitempty"`
	Files       []fileJSON `json:"files"`
	Default     answerJSON `json:"default"`
	ABIs        []wholeABI `json:"abis"`
}

type fileJSON struct {
	Name    string   `json:"name"`
	Builtin bool     `json:"builtin"`
	Extends []string `json:"extends,omitempty"`
	Rules   int      `json:"rules"`
}

type wholeABI struct {
	ABI     string        `json:"abi"`
	Calls   []callJSONABI `json:"calls"`
	Unknown answerJSON    `json:"unknown"`
	Foreign answerJSON    `json:"foreign"`
}

func (x *explainer) wholeJSON() wholeJSONDoc {
	action, errno := x.policy.Default()
	doc := wholeJSONDoc{Policy: x.ref, Description: x.policy.Description}
	doc.Default = answerJSON{Action: action.String(), Rules: []string{"default"}}
	if action == policy.Deny {
		doc.Default.Errno = errnoText(errno)
	}
	for _, f := range x.outline.Files {
		doc.Files = append(doc.Files, fileJSON{f.Name, f.Builtin, f.Extends, f.Rules})
	}
	if !x.json {
		return doc
	}
	for i, abi := range x.abis {
		r := x.rules[i]
		w := wholeABI{ABI: abi.Name, Unknown: toAnswerJSON(r, r.Unknown, r.Unknown.Rule), Foreign: toAnswerJSON(r, r.Foreign, r.Foreign.Rule)}
		for j := range r.Calls {
			c := &r.Calls[j]
			cases, err := compare.Cases(c, compare.Fixed{})
			if err != nil {
				cases = nil
				for _, clause := range c.Clauses {
					cases = append(cases, compare.Case{Then: clause.Then, When: clause.When})
				}
				cases = append(cases, compare.Case{Then: c.Otherwise, When: policy.And{}})
			}
			a := &answerOn{abi: abi, rules: r, call: c, cases: cases, write: writerOf(abi, c.Nr)}
			w.Calls = append(w.Calls, a.json())
		}
		doc.ABIs = append(doc.ABIs, w)
	}
	return doc
}
