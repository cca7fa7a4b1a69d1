package marketing

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
)

const (
	deepest       = 5      // levels of the tree
	longestMinute = 43_200 // 30 days
	usualWindow   = 90     // days
	longestWindow = 730
)

// Tree is the channel tree in memory: it is small, and an import asks it for every row.
type Tree struct {
	nodes  []Node
	byID   map[id.ID]Channel
	byName map[string]Channel
}

// Node is a channel with its depth in the tree, 0 for a root.
type Node struct {
	Channel
	Depth int `json:"depth"`
}

// NewTree orders channels as a tree: a parent before its children, siblings by code. A channel whose parent is missing is a root.
func NewTree(list []Channel) Tree {
	t := Tree{byID: map[id.ID]Channel{}, byName: map[string]Channel{}}
	for _, c := range list {
		t.byID[c.ID] = c
	}
	children := map[id.ID][]Channel{}
	for _, c := range list {
		parent := c.Parent
		if _, ok := t.byID[parent]; !ok {
			parent = id.None
		}
		children[parent] = append(children[parent], c)
	}
	t.grow(children, id.None, 0)
	// a code is surer than a name, and of two equal names the first one in the tree counts
	for _, name := range []func(Channel) string{func(c Channel) string { return c.Code }, func(c Channel) string { return c.NameZH }, func(c Channel) string { return c.NameEN }} {
		for _, n := range t.nodes {
			key := fold(name(n.Channel))
			if _, taken := t.byName[key]; !taken && key != "" {
				t.byName[key] = n.Channel
			}
		}
	}
	return t
}

func (t *Tree) grow(children map[id.ID][]Channel, parent id.ID, depth int) {
	list := children[parent]
	slices.SortFunc(list, func(a, b Channel) int { return cmp.Compare(a.Code, b.Code) })
	for _, c := range list {
		t.nodes = append(t.nodes, Node{Channel: c, Depth: depth})
		t.grow(children, c.ID, depth+1)
	}
}

// Nodes lists the tree, each parent before its children.
func (t Tree) Nodes() []Node { return t.nodes }

// ByID gives the channel of an id.
func (t Tree) ByID(key id.ID) (Channel, bool) { c, ok := t.byID[key]; return c, ok }

// ByName gives the channel that a text means: its code, Chinese or English name, whatever its case, width, spaces and signs.
func (t Tree) ByName(text string) (Channel, bool) { c, ok := t.byName[fold(text)]; return c, ok }

// ReferralCode is the code of the shipped channel of those who were recommended (转介绍, MKT-12).
const ReferralCode = "referral"

// Recommends tells whether who comes by a channel was recommended: by that of referrals, or one beneath it.
func (t Tree) Recommends(key id.ID) bool {
	for c, ok := t.byID[key]; ok; c, ok = t.byID[c.Parent] {
		if c.Code == ReferralCode {
			return true
		}
	}
	return false
}

// Under lists a channel and everything below it.
func (t Tree) Under(key id.ID) []id.ID {
	var out []id.ID
	depth := -1
	for _, n := range t.nodes {
		switch {
		case n.ID == key:
			depth = n.Depth
		case depth < 0:
			continue
		case n.Depth <= depth:
			return out
		}
		out = append(out, n.ID)
	}
	return out
}

// fold leaves of a name only what tells it from others: letters and digits, lower case, half width.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(s))
}

// check collects what is wrong with a channel as it would stand in the tree.
func (t Tree) check(c Channel) problem.Invalid {
	var bad problem.Invalid
	switch {
	case c.Code == "":
		bad.Add("code", "required", nil)
	case !validCode(c.Code):
		bad.Add("code", "bad-code", c.Code)
	}
	for _, name := range []struct{ field, value string }{{"name_zh", c.NameZH}, {"name_en", c.NameEN}} {
		if len([]rune(name.value)) > 100 {
			bad.Add(name.field, "too-long", nil, "max", 100)
		}
	}
	if c.NameZH == "" {
		bad.Add("name_zh", "required", nil)
	}
	if c.FirstContactMinutes < 0 || c.FirstContactMinutes > longestMinute {
		bad.Add("first_contact_minutes", "out-of-range", c.FirstContactMinutes, "from", 0, "until", longestMinute)
	}
	if c.WindowDays < 1 || c.WindowDays > longestWindow {
		bad.Add("window_days", "out-of-range", c.WindowDays, "from", 1, "until", longestWindow)
	}
	if !c.Parent.IsNone() {
		switch _, ok := t.byID[c.Parent]; {
		case !ok:
			bad.Add("parent_id", "unknown", c.Parent)
		case slices.Contains(t.Under(c.ID), c.Parent):
			bad.Add("parent_id", "channel-loop", c.Parent)
		case t.depth(c.Parent)+1+t.height(c.ID) >= deepest:
			bad.Add("parent_id", "channel-depth", c.Parent, "max", deepest)
		}
	}
	return bad
}

func (t Tree) depth(key id.ID) int {
	for _, n := range t.nodes {
		if n.ID == key {
			return n.Depth
		}
	}
	return 0
}

// height is how many levels lie below a channel.
func (t Tree) height(key id.ID) int {
	most := t.depth(key)
	for _, k := range t.Under(key) {
		most = max(most, t.depth(k))
	}
	return most - t.depth(key)
}

// validCode: lower-case letters, digits and hyphens, at most 40.
func validCode(s string) bool {
	return len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
