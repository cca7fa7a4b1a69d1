package learn

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// A column has at most 64 bins, so that a split is a mask. Bin 0 holds what is not known, bin 1 the rare levels of a category.
const (
	mostBins   = 64
	missingBin = 0
	rareBin    = 1
	rareLevel  = 10 // samples that a level needs to stand for itself
)

// binned is how the values of a column become bins.
type binned struct {
	Column
	Cuts   []float64 `json:"cuts,omitempty"`   // of a number: bin i+1 ends at cut i, the last one has no end
	Levels []string  `json:"levels,omitempty"` // of a category: bin i+2
	same   bool      // all samples lie in one bin: there is nothing to split
}

func (b binned) bins() int {
	if b.Kind == Category {
		return len(b.Levels) + 2
	}
	return len(b.Cuts) + 2
}

func (b binned) bin(v Value) uint8 {
	switch {
	case !v.Known:
		return missingBin
	case b.Kind == Category:
		if i, ok := slices.BinarySearch(b.Levels, v.Text); ok {
			return uint8(i + 2)
		}
		return rareBin
	case math.IsNaN(v.Number):
		return missingBin
	}
	i, _ := slices.BinarySearch(b.Cuts, v.Number)
	return uint8(i + 1)
}

// binColumn finds the bins of a column of samples.
func binColumn(t Table, at int) binned {
	b := binned{Column: t.Columns[at]}
	if b.Kind == Category {
		b.Levels = levels(t, at)
	} else {
		b.Cuts = cuts(t, at)
	}
	return b
}

// levels are the commonest levels of a category, in the order of their texts.
func levels(t Table, at int) []string {
	count := map[string]int{}
	for _, s := range t.Samples {
		if v := s.Values[at]; v.Known {
			count[v.Text]++
		}
	}
	list := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	list = slices.DeleteFunc(list, func(s string) bool { return count[s] < rareLevel })
	list = list[:min(len(list), mostBins-2)]
	slices.Sort(list)
	return list
}

// cuts divide the numbers of a column into parts of about as many samples each.
func cuts(t Table, at int) []float64 {
	var list []float64
	for _, s := range t.Samples {
		if v := s.Values[at]; v.Known && !math.IsNaN(v.Number) {
			list = append(list, v.Number)
		}
	}
	slices.Sort(list)
	var out []float64
	const parts = mostBins - 2
	for i := 1; i < parts; i++ {
		if len(list) == 0 {
			break
		}
		cut := list[min(len(list)-1, i*len(list)/parts)]
		if cut < list[len(list)-1] && (len(out) == 0 || cut > out[len(out)-1]) {
			out = append(out, cut)
		}
	}
	return out
}

// coded is a table in bins: one list of bins a column.
func coded(t Table, list []binned) [][]uint8 {
	out := make([][]uint8, len(list))
	for j, b := range list {
		out[j] = make([]uint8, len(t.Samples))
		for i, s := range t.Samples {
			out[j][i] = b.bin(s.Values[j])
		}
		list[j].same = !slices.ContainsFunc(out[j], func(bin uint8) bool { return bin != out[j][0] })
	}
	return out
}
