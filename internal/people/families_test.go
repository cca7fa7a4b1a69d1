package people_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/pinyin"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// families draws Chinese families: parents and children share phones, siblings a character of their names, strangers whole names; and second
// records of the same human beings, as front desks enter them.
type families struct {
	*rand.Rand
	t      *testing.T
	s      *testkit.School
	desk   context.Context
	entity map[id.ID]int // record → human being
	phones int
	humans int
}

var (
	surnamesOf = strings.Fields("王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 罗")
	firstOf    = strings.Fields("雨 梓 欣 诗 佳 子 思 可 语 晓 浩 宇 俊 一 博 嘉 明 志 文 泽")
	secondOf   = strings.Fields("桐 涵 怡 萱 琪 然 轩 航 杰 鸣 远 佑 豪 强 阳 宇 墨 恩 涛 伟")
	sameSound  = map[string]string{"雨": "宇", "梓": "子", "欣": "心", "佳": "嘉", "晓": "小", "浩": "昊", "明": "铭", "文": "雯", "桐": "彤", "涵": "寒", "怡": "宜", "轩": "宣", "杰": "洁", "阳": "扬", "伟": "玮", "思": "斯", "诗": "师", "琪": "奇", "远": "媛", "航": "杭"}
)

func (f *families) of(list []string) string { return list[f.IntN(len(list))] }

func (f *families) phone() string {
	f.phones++
	return fmt.Sprintf("138%08d", f.phones*7919%100_000_000)
}

func (f *families) day() bizdate.Date { return bizdate.New(2010, 1, 1) + bizdate.Date(f.IntN(3650)) }

// record enters a record of a human being.
func (f *families) record(human int, name, phone string, birth bizdate.Date) {
	in := people.RegisterInput{Name: name, Birth: birth, CenterID: f.s.HD}
	if phone != "" {
		in.Phones = []people.ContactInput{{Value: phone}}
	}
	f.entity[register(f.t, f.s, f.desk, in)] = human
}

// family enters parents and children, and second records of some.
func (f *families) family() {
	surname, mothers := f.of(surnamesOf), f.of(surnamesOf)
	mobile, second := f.phone(), f.phone()
	f.humans++
	mother, mothersName := f.humans, mothers+f.of(firstOf)+f.of(secondOf)
	f.record(mother, mothersName, mobile, 0)
	if f.IntN(4) == 0 { // first only by her title
		f.record(mother, mothers+"女士", mobile, 0)
	}
	generation, born := f.of(firstOf), f.day()
	for i := range 1 + f.IntN(2) {
		if i > 0 && f.IntN(10) > 0 { // else a twin
			born = f.day()
		}
		f.humans++
		given := generation + secondOf[(f.IntN(10)+10*i)%len(secondOf)] // siblings are not called the same
		f.record(f.humans, surname+given, mobile, born)
		if f.IntN(3) == 0 {
			f.again(f.humans, surname, given, mobile, second, born)
		}
	}
}

// again enters somebody a second time, otherwise.
func (f *families) again(human int, surname, given, mobile, second string, born bizdate.Date) {
	name := surname + given
	switch n := f.IntN(20); {
	case n < 4:
		f.record(human, name, mobile, 0)
	case n < 8:
		f.record(human, surname+f.heard(given), mobile, 0)
	case n < 11:
		f.record(human, spelt(surname)+" "+spelt(given), mobile, 0)
	case n < 13:
		f.record(human, spelt(given)+" "+spelt(surname), mobile, born)
	case n < 17:
		f.record(human, name, second, born)
	case n < 18:
		f.record(human, name, "", born)
	case n < 19: // nothing in common that tells
		f.record(human, name, second, 0)
	default:
		f.record(human, surname+f.heard(given), second, born)
	}
}

// heard is a given name as somebody writes it who hears it.
func (f *families) heard(given string) string {
	var out strings.Builder
	for _, r := range given {
		if other := sameSound[string(r)]; other != "" {
			out.WriteString(other)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// spelt is a name in pinyin, with a capital.
func spelt(name string) string {
	full := pinyin.Of(name).Full
	return strings.ToUpper(full[:1]) + full[1:]
}

// The list of likely duplicates finds the second records of human beings, and leaves the members of their families and their namesakes alone
// (PPL-4). The figures stand in docs/duplicates.md.
func TestPPL4_F1OfChineseFamilies(t *testing.T) {
	s := testkit.NewSchool(t, filepath.Join(t.TempDir(), "zhike.db"))
	f := &families{Rand: rand.New(rand.NewPCG(2026, 6)), t: t, s: s, desk: s.FrontDesk(s.HD), entity: map[id.ID]int{}}
	for range 600 {
		f.family()
	}
	found := ask(t, s, s.Principal(s.HD), func(ctx context.Context, tx *op.Tx) (people.PairList, error) { return people.Pairs(ctx, tx, 0, 5000) })
	size, truth := map[int]int{}, 0
	for _, human := range f.entity {
		truth += size[human]
		size[human]++
	}
	right, wrong, sureWrong := 0, 0, 0
	for _, p := range found.Items {
		if f.entity[p.First.ID] == f.entity[p.Then.ID] {
			right++
			continue
		}
		wrong++
		if p.Sure {
			sureWrong++
		}
	}
	f1 := 2 * float64(right) / float64(right+wrong+truth)
	t.Logf("%d records of %d human beings: F1 %.4f (%d of %d pairs found, %d wrong, %d of these said to be sure)", len(f.entity), f.humans, f1, right, truth, wrong, sureWrong)
	if f1 < 0.95 || sureWrong > 5 {
		t.Errorf("F1 %.4f, %d wrong ones said to be sure", f1, sureWrong)
	}
}
