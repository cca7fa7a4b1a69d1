package app_test

import (
	"fmt"
	"time"

	"zhike/internal/kernel/id"
	"zhike/internal/people"
)

// mMerge is a merge of the walk's person with somebody new.
type mMerge struct {
	answer    people.MergeAnswer
	gone, was id.ID // was is the walk's person before
	at        time.Time
	entered   int // enquiries and payments that there were: later ones are the person's own, and stay with it
	undone    bool
}

// merge finds a second record of the walk's person: either of the two stands (PPL-5).
func (w *walk) merge() {
	w.phones++
	in := people.RegisterInput{Name: "何雨桐", CenterID: w.s.HD, Phones: []people.ContactInput{{Value: fmt.Sprintf("137%08d", w.phones)}}}
	other, ok := attempt(w, people.Register, "front-desk", "/people", in, "")
	if !ok {
		return
	}
	m := &mMerge{gone: other.ID, was: w.person, at: w.now, entered: len(w.enquiries) + len(w.payments)}
	kept := w.person
	if w.chance(2, "the new record stands") {
		kept, m.gone = other.ID, w.person
	}
	want := ""
	if points := 2 + w.merged; points > 10 {
		want = "invalid too-many"
	}
	m.answer, ok = attempt(w, people.Merge, "principal", "/people/{id}/merge", people.MergeInput{PersonID: kept, WithID: m.gone}, want)
	if !ok {
		return
	}
	w.merged++
	w.person, w.merges = kept, append(w.merges, m)
}

// unmerge undoes a merge; where something was entered for the person itself since, the walk would have two persons, and leaves it.
func (w *walk) unmerge() {
	m, ok := anyOf(w, w.merges, "merge")
	if !ok || !m.undone && m.entered != len(w.enquiries)+len(w.payments) {
		return
	}
	want := ""
	switch {
	case m.undone:
		want = "unmerged|not-found"
	case w.now.Sub(m.at) > people.MergeTime:
		want = "unmerge-late|not-found"
	case m != w.latest():
		want = "merged-since|not-found"
	}
	if _, ok := attempt(w, people.Unmerge, "principal", "/people/{id}/unmerge", people.UnmergeInput{PersonID: m.answer.ID, MergeID: m.answer.MergeID}, want); !ok {
		return
	}
	m.undone, w.person = true, m.was
	w.merged--
}

// latest is the last merge that was not undone.
func (w *walk) latest() (last *mMerge) {
	for _, m := range w.merges {
		if !m.undone {
			last = m
		}
	}
	return last
}
