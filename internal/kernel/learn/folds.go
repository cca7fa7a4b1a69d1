package learn

import (
	"cmp"
	"hash/fnv"
	"maps"
	"slices"
)

// Folds is into how many parts the samples are divided; each part is estimated by a model of the others.
const Folds = 5

// foldsOf gives each sample its part. Groups stay whole; each goes to the part that has fewest samples, in an order that depends on
// their names only.
func foldsOf(samples []Sample) []int {
	members := map[string][]int{}
	hashes := map[string]uint64{}
	for i, s := range samples {
		members[s.Group] = append(members[s.Group], i)
	}
	for group := range members {
		h := fnv.New64a()
		_, _ = h.Write([]byte(group))
		hashes[group] = h.Sum64()
	}
	order := slices.SortedFunc(maps.Keys(members), func(a, b string) int { return cmp.Or(cmp.Compare(hashes[a], hashes[b]), cmp.Compare(a, b)) })
	out := make([]int, len(samples))
	var size [Folds]int
	for _, group := range order {
		fold := 0
		for f := range size {
			if size[f] < size[fold] {
				fold = f
			}
		}
		for _, i := range members[group] {
			out[i] = fold
		}
		size[fold] += len(members[group])
	}
	return out
}
