package likeness_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"zhike/internal/kernel/likeness"
)

// restaurant is a record of the public duplicates that have no phone and no birth date.
type restaurant struct {
	name, address, city string
	entity              int
}

func restaurants(t *testing.T) []restaurant {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "data", "people", "restaurants.csv"))
	if err != nil {
		t.Skip("the public duplicates are not here")
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	r.TrimLeadingSpace, r.LazyQuotes = true, true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []restaurant
	for _, c := range rows[1:] {
		entity, err := strconv.Atoi(strings.Trim(strings.TrimSpace(c[4]), "'"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, restaurant{c[0], c[1], c[2], entity})
	}
	return all
}

var streetNumber = regexp.MustCompile(`^\d+`)

// score is the weighted mean of name, address and city; an address with another number in the street counts half.
func (a restaurant) score(b restaurant) float64 {
	address := likeness.Text(a.address, b.address)
	if x, y := streetNumber.FindString(a.address), streetNumber.FindString(b.address); x != "" && y != "" && x != y {
		address /= 2
	}
	return (3*likeness.Name(a.name, b.name) + 2*address + likeness.Text(a.city, b.city)) / 6
}

// sameRestaurant was chosen on the restaurants of even numbers; it is measured on the odd ones.
const sameRestaurant = 0.85

// Names and addresses alone, without a phone: the figure of a simple mix of both is 0.83.
func TestPPL4_F1OfRestaurants(t *testing.T) {
	all := restaurants(t)
	for _, half := range []struct {
		what string
		in   func(entity int) bool
		want float64
	}{
		{"even, on which the threshold was chosen", func(n int) bool { return n%2 == 0 }, 0.83},
		{"odd", func(n int) bool { return n%2 == 1 }, 0.83},
		{"all", func(int) bool { return true }, 0.90},
	} {
		right, wrong, truth := 0, 0, 0
		for i, a := range all {
			for _, b := range all[i+1:] {
				if !half.in(a.entity) || !half.in(b.entity) {
					continue
				}
				same, found := a.entity == b.entity, a.score(b) >= sameRestaurant
				switch {
				case same && found:
					right++
				case found:
					wrong++
				}
				if same {
					truth++
				}
			}
		}
		f1 := 2 * float64(right) / float64(right+wrong+truth)
		t.Logf("restaurants, %s: F1 %.4f (%d of %d found, %d wrong)", half.what, f1, right, truth, wrong)
		if f1 < half.want {
			t.Errorf("restaurants, %s: F1 %.4f, want %.2f", half.what, f1, half.want)
		}
	}
}
