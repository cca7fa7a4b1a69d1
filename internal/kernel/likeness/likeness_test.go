package likeness_test

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zhike/internal/kernel/likeness"
)

func TestText(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"martha", "marhta", 0.9611}, {"dwayne", "duane", 0.8400}, {"dixon", "dicksonx", 0.8133}, {"abc", "xyz", 0}, {"", "", 0}, {"a", "a", 1},
	} {
		if got := likeness.Text(c.a, c.b); math.Abs(got-c.want) > 0.0001 {
			t.Errorf("Text(%s, %s) = %.4f, want %.4f", c.a, c.b, got, c.want)
		}
	}
}

func TestPPL4_Name(t *testing.T) {
	for _, c := range []struct {
		a, b     string
		min, max float64
	}{
		{"张伟", "张伟", 1, 1},
		{"张伟", "张 伟", 1, 1},
		{"张伟", "章伟", 0.9, 0.9},
		{"张伟", "张玮", 0.9, 0.9},
		{"王小明", "王晓明", 0.9, 0.9},
		{"单雄", "善雄", 0.9, 0.9},
		{"覃辉", "谭辉", 0.9, 0.9},
		{"欧阳娜娜", "欧阳娜娜", 1, 1},
		{"王思明", "王诗明", 0.8, 0.84},
		{"王小明", "王小红", 0.6, 0.7},
		{"张伟", "张强", 0.5, 0.5},
		{"张伟", "李伟", 0.2, 0.3},
		{"王小明", "王明", 0.7, 0.8},
		{"王小明", "李建国", 0, 0},
		{"张伟", "Zhang Wei", 0.9, 0.9},
		{"张伟", "wei zhang", 0.9, 0.9},
		{"张伟", "John", 0, 0.6},
		{"John Smith", "smith john", 1, 1},
		{"John Smith", "Jon Smith", 0.9, 0.99},
		{"José", "jose", 1, 1},
		{"Smith", "Waller", 0, 0.6},
		{"", "张伟", 0, 0},
		{"", "", 0, 0},
	} {
		for _, pair := range [][2]string{{c.a, c.b}, {c.b, c.a}} {
			if got := likeness.Name(pair[0], pair[1]); got < c.min-1e-9 || got > c.max+1e-9 {
				t.Errorf("Name(%s, %s) = %.3f, want %.2f to %.2f", pair[0], pair[1], got, c.min, c.max)
			}
		}
	}
}

func TestPPL4_Compatible(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"张伟", "张伟", true},
		{"张伟", "张 伟 ", true},
		{"", "张伟", true},
		{"张伟", "章伟", true},
		{"张女士", "张伟", true},
		{"王先生", "王建国", true},
		{"李妈妈", "李小明", true},
		{"李妈妈", "李女士", true},
		{"欧阳老师", "欧阳娜娜", true},
		{"张", "张伟", true},
		{"张伟", "Zhang Wei", true},
		{"张伟", "Wei Zhang", true},
		{"Tom Lee", "tom lee", true},
		{"张伟", "张强", false},
		{"张女士", "李伟", false},
		{"李妈妈", "王小明", false},
		{"张伟", "Tom", false},
		{"Tom", "Tim", false},
		{"王小明", "王明", false},
		{"欧阳老师", "欧小明", false},
		{"张妈妈", "妈妈", false},
	} {
		if likeness.Compatible(c.a, c.b) != c.want || likeness.Compatible(c.b, c.a) != c.want {
			t.Errorf("Compatible(%s, %s) is not %t", c.a, c.b, c.want)
		}
	}
}

func TestPPL4_Grown(t *testing.T) {
	for name, want := range map[string]bool{"张女士": true, "李妈妈": true, "王 先生": true, "王同学": false, "张": false, "张伟": false, "Tom": false, "": false} {
		if likeness.Grown(name) != want {
			t.Errorf("Grown(%s) is not %t", name, want)
		}
	}
}

func TestName_Symmetric(t *testing.T) {
	name := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("张章王欧阳伟玮小晓明ab é")), 0, 6, -1))
	rapid.Check(t, func(t *rapid.T) {
		a, b := name.Draw(t, "a"), name.Draw(t, "b")
		x, y := likeness.Name(a, b), likeness.Name(b, a)
		if math.Abs(x-y) > 1e-9 || x < 0 || x > 1 {
			t.Fatalf("Name(%q, %q) = %f, turned %f", a, b, x, y)
		}
		if likeness.Compatible(a, b) != likeness.Compatible(b, a) || !likeness.Compatible(a, a) {
			t.Fatalf("Compatible(%q, %q)", a, b)
		}
		likeness.Text(a, b)
	})
}

// person is a record of the public duplicates.
type person struct {
	entity, given, surname, address, suburb, postcode, born, number string
}

func people(t *testing.T, file string) []person {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "data", "people", file))
	if err != nil {
		t.Skip("the public duplicates are not here")
	}
	defer func() { _ = f.Close() }()
	var in io.Reader = f
	if strings.HasSuffix(file, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	r := csv.NewReader(in)
	r.TrimLeadingSpace = true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := make([]person, 0, len(rows))
	for _, c := range rows[1:] {
		all = append(all, person{strings.Split(c[0], "-")[1], c[1], c[2], c[4], c[6], c[7], c[9], c[10]})
	}
	return all
}

// score is the weighted mean of the fields that both have; names may be swapped.
func score(a, b person, number bool) float64 {
	sum, weight := 0.0, 0.0
	add := func(x, y string, w float64) {
		if x != "" && y != "" {
			sum, weight = sum+w*likeness.Text(x, y), weight+w
		}
	}
	names := likeness.Name(a.given+" "+a.surname, b.given+" "+b.surname)
	sum, weight = 3*names, 3
	add(a.address, b.address, 1)
	add(a.suburb, b.suburb, 1)
	add(a.postcode, b.postcode, 1)
	add(a.born, b.born, 2)
	if number {
		add(a.number, b.number, 3)
	}
	return sum / weight
}

// The thresholds were chosen on febrl1 and are measured on febrl3.
const (
	withNumber    = 0.75
	withoutNumber = 0.82
)

// Blocks on given name, surname, birth date, postcode and number; the public reference reaches 0.997 and 0.985.
func TestPPL4_F1(t *testing.T) {
	for _, c := range []struct {
		file      string
		threshold float64
		want      float64
	}{{"febrl1.csv", withNumber, 0.99}, {"febrl1.csv", withoutNumber, 0.97}, {"febrl3.csv.gz", withNumber, 0.98}, {"febrl3.csv.gz", withoutNumber, 0.95}} {
		all := people(t, c.file)
		found, judged := pairs(all, c.threshold)
		right, wrong, truth := 0, 0, 0
		size := map[string]int{}
		for _, p := range all {
			truth += size[p.entity]
			size[p.entity]++
		}
		for _, pair := range found {
			if all[pair[0]].entity == all[pair[1]].entity {
				right++
			} else {
				wrong++
			}
		}
		f1 := 2 * float64(right) / float64(right+wrong+truth)
		t.Logf("%s, threshold %.2f: F1 %.4f (%d of %d found, %d wrong, %d pairs judged)", c.file, c.threshold, f1, right, truth, wrong, judged)
		if f1 < c.want {
			t.Errorf("%s: F1 %.4f, want %.2f", c.file, f1, c.want)
		}
	}
}

func pairs(all []person, threshold float64) (found [][2]int, judged int) {
	blocks := map[string][]int{}
	for i, p := range all {
		keys := []string{"g" + p.given, "s" + p.surname, "b" + p.born, "p" + p.postcode}
		if threshold == withNumber {
			keys = append(keys, "n"+p.number)
		}
		for _, k := range keys {
			if len(k) > 1 {
				blocks[k] = append(blocks[k], i)
			}
		}
	}
	seen := map[[2]int]bool{}
	for _, block := range blocks {
		for i, x := range block {
			for _, y := range block[i+1:] {
				if pair := [2]int{x, y}; !seen[pair] {
					seen[pair] = true
					if score(all[x], all[y], threshold == withNumber) >= threshold {
						found = append(found, pair)
					}
				}
			}
		}
	}
	return found, len(seen)
}

func BenchmarkName(b *testing.B) {
	for _, pair := range [][2]string{{"王小明", "王晓明"}, {"王小明", "李建国"}, {"John Smith", "Jon Smith"}} {
		b.Run(pair[0]+"/"+pair[1], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				likeness.Name(pair[0], pair[1])
			}
		})
	}
}
