package peopledoor_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"zhike/internal/contracts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/testkit"
)

func details(t *testing.T, s *testkit.School, key id.ID) (d contracts.Details) {
	t.Helper()
	s.Read(t, s.System(), func(ctx context.Context, tx *op.Tx) (err error) {
		d, err = contracts.ByID(ctx, tx, key)
		return err
	})
	return d
}

// hidden reads the fields of a page that a form sends unseen.
func hidden(page string) url.Values {
	out := url.Values{}
	for part := range strings.SplitSeq(page, `<input type="hidden" name="`) {
		name, rest, ok := strings.Cut(part, `" value="`)
		value, _, ended := strings.Cut(rest, `"`)
		if ok && ended && !strings.ContainsAny(name, "<>") {
			out.Set(name, value)
		}
	}
	return out
}
