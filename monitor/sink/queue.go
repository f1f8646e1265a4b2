package sink

import "bytes"

const (
	queueLimit     = 1 << 20 // bytes that wait for a reader that doesn't read
	recordOverhead = 64      // what a record costs beside its line, so that short lines are bounded too
)

// record is a line, or what is still to be written of it.
type record struct {
	line  []byte
	cost  int    // bytes it holds in the queue
	begun bool   // the front of the line is written already
	tells uint64 // how many lost lines it tells of; 0 for a line of the caller's
}

// queue holds lines in order.
type queue struct {
	records []*record
	size    int
}

func (q *queue) fits(n int) bool { return q.size+n+recordOverhead <= queueLimit }

// push appends a copy of r.
func (q *queue) push(r record) {
	r.line = bytes.Clone(r.line)
	r.cost = len(r.line) + recordOverhead
	q.records = append(q.records, &r)
	q.size += r.cost
}

func (q *queue) front() *record {
	if len(q.records) == 0 {
		return nil
	}
	return q.records[0]
}

func (q *queue) pop() *record {
	r := q.front()
	if r == nil {
		return nil
	}
	q.records[0] = nil
	q.records = q.records[1:]
	q.size -= r.cost
	if len(q.records) == 0 {
		q.records = nil // a flood's memory goes with it
	}
	return r
}
