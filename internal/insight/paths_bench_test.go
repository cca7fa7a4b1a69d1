package insight

import (
	"math/rand/v2"
	"testing"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
)

// BenchmarkPaths reads 24,000 kept paths, as a funnel of three years over a chain of ten centers does (SAL-9).
func BenchmarkPaths(b *testing.B) {
	const months, each = 36, 667
	random := rand.New(rand.NewPCG(1, 2))
	draw := func() (out id.ID) {
		for i := range out {
			out[i] = byte(random.Uint32())
		}
		return out
	}
	known := make([]id.ID, 60)
	for i := range known {
		known[i] = draw()
	}
	var parts []pathPart
	for span := range months {
		list := make([]path, each)
		for i := range list {
			list[i] = path{
				enquiry: draw(), known: known, place: [pathDims]int{random.IntN(10), 10 + random.IntN(40), 50 + random.IntN(8), 58, 59},
				day: bizdate.Date(span*pathSpan + random.IntN(pathSpan)), fresh: true, reached: [pathSteps]bool{i%2 == 0, i%3 == 0, i%6 == 0},
				after: [pathSteps]int64{random.Int64N(1e12), random.Int64N(2e12), random.Int64N(3e12)}, on: [pathSteps]bizdate.Date{20_000, 20_001, 20_002},
			}
		}
		parts = append(parts, pathPart{Span: int64(span), Body: packPaths(list)})
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n = 0
		for i := range parts {
			if err := parts[i].each(func(*path) { n++ }); err != nil {
				b.Fatal(err)
			}
		}
	}
	if n != months*each {
		b.Fatalf("%d paths", n)
	}
}
