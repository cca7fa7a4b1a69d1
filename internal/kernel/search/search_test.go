package search_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"zhike/internal/kernel/phone"
	"zhike/internal/kernel/pinyin"
	"zhike/internal/kernel/search"
)

func found(terms []search.Term, typed string) bool {
	return slices.ContainsFunc(terms, search.ParseQuery(typed).Matches)
}

func foundMasked(terms []search.Term, typed string) bool {
	q, ok := search.ParseQuery(typed).Masked()
	return ok && slices.ContainsFunc(terms, q.Matches)
}

func TestPPL2_Found(t *testing.T) {
	for _, c := range []struct {
		name, latin   string
		phones        []string
		found, absent []string
	}{
		{
			"张伟", "",
			[]string{"+8613812345678"},
			[]string{
				"张", "伟", "张伟", "张 伟", "zhang", "ZHANG", "zw", "zhangwei", "Zhang Wei", "wei", "wei zhang", "ｚｗ", "z", "张w", "zhāng",
				"138", "234", "678", "13812345678", "138 1234 5678", "+86 13812345678", "0086-138-1234-5678", "8613812345678", "１３８", "+8613812345678",
			},
			[]string{"张三", "章", "zhangsan", "zwq", "139", "13", "0", "", " ", "😀", "86138", "138123456780"},
		},
		{"欧阳娜娜", "", nil, []string{"欧", "阳娜", "娜娜", "ouyang", "oynn", "nana", "nanaouyang", "yangna"}, []string{"ouna", "123"}},
		{"吕布", "", nil, []string{"lv", "lvbu", "lü", "LÜ", "lb"}, []string{"lubu"}},
		{"覃辉", "", nil, []string{"qinhui", "tanhui", "qh", "th"}, nil},
		{"李明", "Ming Lee", nil, []string{"李明", "liming", "ming", "minglee", "Lee Ming", "lee", "ml"}, []string{"leeli"}},
		{"José Müller-Smith", "", nil, []string{"jose", "müller", "muller smith", "smith", "jms", "Smith José"}, nil},
		{"张伟(Tom)", "", nil, []string{"张伟", "tom", "zhangweitom", "张伟tom"}, nil},
		{"王芳", "", []string{"+861062345678", "+442079460958"}, []string{"01062345678", "62345678", "010-6234", "+44 20 7946", "0958", "0044 20 7946 0958"}, nil},
		{"", "", []string{"+8613812345678"}, []string{"5678"}, []string{"a"}},
	} {
		terms := search.Terms(c.name, c.latin, c.phones)
		for _, typed := range c.found {
			if !found(terms, typed) {
				t.Errorf("%s is not found by %q; terms %v", c.name, typed, terms)
			}
		}
		for _, typed := range c.absent {
			if found(terms, typed) {
				t.Errorf("%s is found by %q", c.name, typed)
			}
		}
	}
}

func TestPPL2_Masked(t *testing.T) {
	terms := search.Terms("张伟", "", []string{"+8613812345678"})
	for typed, want := range map[string]bool{
		"5678": true, "13812345678": true, "+86 138 1234 5678": true,
		"678": false, "1381": false, "45678": false, "3812345678": false, "1381234567": false, "2345": false, "张伟": false,
	} {
		if got := foundMasked(terms, typed); got != want {
			t.Errorf("masked phone found by %q: %t, want %t", typed, got, want)
		}
	}
}

var (
	characters = rapid.RuneFrom([]rune("张王李赵欧阳单曾尉迟伟芳娜秀英敏静丽强磊洋艳勇军杰娟涛明超霞平刚桂娥儿茜晟吕绿"))
	names      = rapid.StringOfN(characters, 1, 8, -1)
	phones     = rapid.OneOf(rapid.StringMatching(`\+861[3-9][0-9]{9}`), rapid.StringMatching(`\+8610[2-8][0-9]{7}`), rapid.StringMatching(`\+[2-79][0-9]{6,13}`))
)

func TestPPL2_EveryPartOfAName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := names.Draw(t, "name")
		terms := search.Terms(name, "", nil)
		runes := []rune(name)
		for i := range runes {
			for j := i + 1; j <= len(runes); j++ {
				if part := string(runes[i:j]); !found(terms, part) {
					t.Fatalf("%s is not found by %s", name, part)
				}
			}
		}
		r := pinyin.Of(name)
		for i := range r.Parts {
			rest := strings.Join(r.Parts[i:], "")
			for j := 1; j <= len(rest); j++ {
				if !found(terms, rest[:j]) {
					t.Fatalf("%s is not found by %s", name, rest[:j])
				}
			}
		}
		for j := 1; j <= len(r.Initials); j++ {
			if !found(terms, r.Initials[:j]) {
				t.Fatalf("%s is not found by %s", name, r.Initials[:j])
			}
		}
	})
}

func TestPPL2_EveryPartOfAPhone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e164 := phones.Draw(t, "phone")
		terms := search.Terms("", "", []string{e164})
		digits := phone.Digits(e164)
		for i := range digits {
			for j := i + 3; j <= len(digits); j++ {
				part := digits[i:j]
				if len(part) > 11 && strings.HasPrefix(part, "00") || len(part) >= 13 && strings.HasPrefix(part, "86") {
					continue // read as a country code
				}
				if !found(terms, part) {
					t.Fatalf("%s is not found by %s", e164, part)
				}
				if masked := foundMasked(terms, part); masked && part != digits && (len(part) != 4 || !strings.HasSuffix(digits, part)) {
					t.Fatalf("masked %s is found by %s", e164, part)
				}
			}
		}
		if !foundMasked(terms, e164) || !foundMasked(terms, phone.Tail(e164)) {
			t.Fatalf("masked %s is not found by all or by the last four", e164)
		}
		other := rapid.StringMatching(`[0-9]{3,8}`).Draw(t, "other")
		if found(terms, other) && !strings.Contains(digits, other) {
			t.Fatalf("%s is found by %s", e164, other)
		}
	})
}

// A range never holds what does not begin with the text, and its ends are texts that both databases take.
func TestParseQuery_AnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := search.ParseQuery(rapid.String().Draw(t, "typed"))
		if !utf8.ValidString(q.Low+q.High) || strings.Contains(q.Low+q.High, "\x00") {
			t.Fatalf("range %q %q", q.Low, q.High)
		}
		if q.Kind == search.None {
			return
		}
		if q.Low >= q.High || utf8.RuneCountInString(q.Text) > 32 {
			t.Fatalf("range %q %q", q.Low, q.High)
		}
		text := rapid.OneOf(rapid.String(), rapid.Just(q.Text+"a"), rapid.Just(q.Text+"\U0010ffff")).Draw(t, "text")
		if got, want := q.Matches(search.Term{Kind: q.Kind, Text: text}), strings.HasPrefix(text, q.Text); got != want {
			t.Fatalf("%q in %q: %t", text, q.Text, got)
		}
	})
}

// The size that the package's comment states.
func TestPPL2_Size(t *testing.T) {
	surnames := []string{"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "周", "吴", "徐", "孙", "朱", "马", "胡", "郭", "林", "何", "高", "欧阳"}
	given := []string{"子涵", "欣怡", "梓轩", "雨桐", "浩然", "一诺", "诗涵", "宇轩", "梦琪", "伟", "芳", "建国", "秀英", "晓明", "思远"}
	people, terms, bytes := 0, 0, 0
	for i, s := range surnames {
		for j, g := range given {
			people++
			for _, term := range search.Terms(s+g, "", []string{"+861" + []string{"38", "59", "76", "92"}[(i+j)%4] + "01234567"}) {
				terms++
				bytes += len(term.Text)
			}
		}
	}
	t.Logf("%.1f terms, %.0f bytes per person", float64(terms)/float64(people), float64(bytes)/float64(people))
	if terms > 17*people || bytes > 125*people {
		t.Errorf("%d terms of %d bytes for %d people", terms, bytes, people)
	}
	if got := search.Terms("王小明", "", []string{"+8613812345678"}); len(got) != 16 {
		t.Errorf("terms of 王小明 = %v", got)
	}
}

func BenchmarkTerms(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		search.Terms("王小明", "", []string{"+8613812345678"})
	}
}

func BenchmarkParseQuery(b *testing.B) {
	for _, q := range []string{"张伟", "zhangw", "1381234"} {
		b.Run(q, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				search.ParseQuery(q)
			}
		})
	}
}
