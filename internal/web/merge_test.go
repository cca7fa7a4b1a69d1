package web_test

import (
	"maps"
	"slices"
	"testing"

	"zhike/internal/web"
)

// TestORG10_Merge: of two changes of a record each holds where it stands alone; where both changed a field, a person chooses.
func TestORG10_Merge(t *testing.T) {
	was := web.Values{"name": "a", "city": "b", "zone": "c"}
	for _, c := range []struct {
		mine, theirs, merged web.Values
		both                 []string
	}{
		{web.Values{"name": "x", "city": "b", "zone": "c"}, web.Values{"name": "a", "city": "y", "zone": "c"}, web.Values{"name": "x", "city": "y", "zone": "c"}, nil},
		{web.Values{"name": "x", "city": "b", "zone": "c"}, web.Values{"name": "x", "city": "b", "zone": "c"}, web.Values{"name": "x", "city": "b", "zone": "c"}, nil},
		{web.Values{"name": "x", "city": "", "zone": "c"}, web.Values{"name": "y", "city": "b", "zone": "z"}, web.Values{"name": "y", "city": "", "zone": "z"}, []string{"name"}},
	} {
		merged, both := web.Merge(was, c.mine, c.theirs)
		if !maps.Equal(merged, c.merged) || !slices.Equal(both, c.both) {
			t.Errorf("merge of %v and %v = %v, %v, want %v, %v", c.mine, c.theirs, merged, both, c.merged, c.both)
		}
	}
}
