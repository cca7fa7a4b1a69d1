package numbers

import (
	"slices"
	"testing"
)

func TestCON9_Gaps(t *testing.T) {
	tests := []struct {
		name   string
		series []series
		used   []string
		want   []string
	}{
		{"whole", []series{{"contract:HD2026", 2}}, []string{"HD2026-0002", "HD2026-0001"}, nil},
		{"gap", []series{{"contract:HD2026", 4}}, []string{"HD2026-0001", "HD2026-0004"}, []string{"series contract:HD2026 lacks 2 to 3"}},
		{"behind", []series{{"contract:HD2026", 3}}, []string{"HD2026-0001"}, []string{"series contract:HD2026 says last 3, the last used is 1"}},
		{"no series", nil, []string{"HD2026-0001"}, []string{"series contract:HD2026 is missing"}},
		{"foreign", nil, []string{"x"}, []string{"number x belongs to no series"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := gaps("contract", tt.series, tt.used); !slices.Equal(got, tt.want) {
				t.Errorf("gaps = %q, want %q", got, tt.want)
			}
		})
	}
}
