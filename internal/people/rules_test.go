package people

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/policy"
)

func TestParseNumber(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "12": 120_000, "-3.5": -35_000, "1,234.5678": 12_345_678, " 7 ": 70_000, "0.0001": 1, "2.50000": 25_000, "922337203685476": 9_223_372_036_854_760_000} {
		if got, ok := parseNumber(text); !ok || got != want {
			t.Errorf("%q = %d %t, want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "-", ".5", "1.23456", "1e3", "0x10", "NaN", "12a", "１２", "922337203685477", "99999999999999999999", "1-2", "--1"} {
		if got, ok := parseNumber(text); ok {
			t.Errorf("%q = %d", text, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(-most/numberScale, most/numberScale).Draw(t, "n") * rapid.Int64Range(0, 1).Draw(t, "whole")
		text := new(big.Rat).SetFrac64(n, numberScale).FloatString(numberSize)
		if got, ok := parseNumber(text); !ok || got != n {
			t.Fatalf("%s = %d %t", text, got, ok)
		}
	})
}

func TestMaskName(t *testing.T) {
	for name, want := range map[string]string{"何雨桐": "何**", "Tom": "T**", "": "", "欧": "欧**"} {
		if got := maskName(name); got != want {
			t.Errorf("%q is masked as %q", name, got)
		}
	}
}

func TestORG3_SeenLinks(t *testing.T) {
	own, center, all := policy.Scope{Staff: []id.ID{{1}}}, policy.Scope{Centers: []id.ID{{2}}}, policy.Scope{All: true}
	rights := func(pairs ...any) *policy.Viewer {
		v := &policy.Viewer{Rights: map[string]policy.Scope{}}
		for i := 0; i < len(pairs); i += 2 {
			v.Rights[pairs[i].(string)] = pairs[i+1].(policy.Scope)
		}
		return v
	}
	everyKind := []any{}
	for _, k := range linkRights {
		everyKind = append(everyKind, k.resource+":read", center)
	}
	for name, c := range map[string]struct {
		v      *policy.Viewer
		action string
		want   string
	}{
		"nobody":             {rights("enquiry:read", all), "read", "1=0"},
		"all":                {rights("person:read", all), "read", "1=1"},
		"one scope":          {rights(everyKind...), "read", "(l.center IN (?))"},
		"two scopes":         {rights("person:read", center, "enquiry:read", center, "task:read", own), "read", "(l.kind IN ('person', 'enquiry', 'named') AND (l.center IN (?)) OR l.kind IN ('task') AND (l.owner IN (?)))"},
		"all of one kind":    {rights("person:read", own, "contract:read", all), "read", "(l.kind IN ('person') AND (l.owner IN (?)) OR l.kind IN ('contract', 'payer') AND 1=1)"},
		"change one's own":   {rights("person:update", own, "person:read", center), "update", "(l.owner IN (?))"},
		"no right to change": {rights("person:read", all), "update", "1=0"},
	} {
		got := seenLinks(c.v, "person:"+c.action, "l")
		if strings.Trim(got.Text, "()") != strings.Trim(c.want, "()") {
			t.Errorf("%s: %s, want %s", name, got.Text, c.want)
		}
		if n := strings.Count(got.Text, "?"); n != len(got.Args) {
			t.Errorf("%s: %d values for %d parameters", name, len(got.Args), n)
		}
	}
}
