package bench

import (
	"container/heap"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"zhike/internal/contracts"
	"zhike/internal/finance"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/clock"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/organization"
	"zhike/internal/people"
	"zhike/internal/sales"
)

// atOnce is the number of operations of one commit.
const atOnce = 500

// life lives two years of the company in the order of time, as they would have come: rows of one person lie apart.
type life struct {
	*Program
	program  *Program
	company  *company
	scale    Scale
	clock    *clock.Clock
	words    words
	say      func(format string, args ...any)
	places   []place
	packages []id.ID
	matters  []story
	viewers  map[id.ID]context.Context
	agenda   agenda
	r        *rand.Rand
	end      time.Time
	no       int
}

// place is who works at a center.
type place struct {
	consultants []id.ID
	desk        id.ID
}

// story is what is to become of an enquiry.
type story struct {
	matter
	aim        sales.Stage
	touches    int // still to come
	consultant id.ID
	ref        id.ID // appointment, visit or contract of the present step
	payable    contracts.DraftAnswer
}

// event is a step of a story.
type event struct {
	at   time.Time
	no   int
	of   int // index of the story
	step func(l *life, ctx context.Context, s *story) error
}

type agenda []event

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (q agenda) Len() int { return len(q) }
func (q agenda) Less(i, j int) bool {
	return q[i].at.Before(q[j].at) || q[i].at.Equal(q[j].at) && q[i].no < q[j].no
}
func (q agenda) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *agenda) Push(t any) { *q = append(*q, t.(event)) }

// Pop implements heap.Interface.
func (q *agenda) Pop() any {
	old := *q
	t := old[len(old)-1]
	*q = old[:len(old)-1]
	return t
}
