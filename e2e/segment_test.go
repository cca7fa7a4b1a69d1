//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"zhike/internal/kernel/id"
	"zhike/internal/marketing"
	"zhike/internal/testkit"
)

// segmented gives a segment of the center HD with a control group.
func segmented(t *testing.T, s *testkit.School) id.ID {
	t.Helper()
	in := testkit.Segment()
	in.CenterID = s.HD
	out, err := marketing.SetSegment.Run(s.Marketing(), s.Ops, in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := marketing.HoldControl.Run(s.Marketing(), s.Ops, marketing.HoldControlInput{SegmentID: out.ID, Share: 50}); err != nil {
		t.Fatal(err)
	}
	return out.ID
}

// focus is the name of the control that has the focus.
const focus = `String(document.activeElement?.name ?? "")`

// TestMKT10_Builder: marketing builds a segment with a group within a group by keyboard and mouse, sees the number follow, saves it, draws a
// control group and finds the segment on the form of a campaign. The same on a narrow screen.
func TestMKT10_Builder(t *testing.T) {
	s, st := desked(t)
	for range 3 {
		s.Enquiry(t, s.HD)
	}
	s.Contract(t, s.CY)
	want := s.Count(t, "SELECT COUNT(*) FROM persons p WHERE EXISTS (SELECT 1 FROM enquiries e WHERE e.person = p.id AND e.stage = 'new') AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.person = p.id)")
	m := st.as(t, "marketing", id.None)
	for _, width := range []int64{1440, 390} {
		if err := testkit.Viewport(m.tab, width, 900); err != nil {
			t.Fatal(err)
		}
		testkit.Act(m.tab, t, chromedp.Navigate(st.base+"/segments/new"))
		m.typed("name", "新来的")
		m.choose("conditions.1.field", "stage")
		m.until(focus + ` === "conditions.1.field" && document.querySelector("[name='conditions.1.is']") !== null`)
		m.pick("conditions.1.values", "new")
		m.reads("符合条件 " + fmt.Sprint(s.Count(t, "SELECT COUNT(DISTINCT person) FROM enquiries WHERE stage = 'new'")) + " 人")
		m.clickOn(`button[value="group.0"]`)
		m.until(focus + ` === "conditions.2.group"`)
		m.choose("conditions.2.group", "none")
		m.choose("conditions.3.field", "visits")
		m.until(focus + ` === "conditions.3.field" && document.querySelector("[name='conditions.3.values']") !== null`)
		m.reads("条件还没填完")
		m.typed("conditions.3.values", "1")
		m.reads("符合条件 " + fmt.Sprint(want) + " 人")
		if wide := value[bool](m, `document.documentElement.scrollWidth > innerWidth`); wide {
			t.Errorf("at %d the builder is wider than the screen", width)
		}
		testkit.Act(m.tab, t, chromedp.SendKeys(`[name="conditions.3.values"]`, "\r")) // Enter saves
		m.until(`/^\/segments\/[0-9a-f-]{36}$/.test(location.pathname)`)
		m.reads("新来的："+fmt.Sprint(want)+" 人", "以下都不满足", "到访次数至少 1 次")
		if strings.Contains(m.read("document.body.innerText"), "138") {
			t.Error("marketing is shown a phone")
		}
	}
	m.typed("control_share", "50")
	m.pressIn("form[action$='/control']", "segments.hold")
	m.reads("抽了 "+fmt.Sprint(want)+" 人", "还不能下结论")
	testkit.Act(m.tab, t, chromedp.Navigate(st.base+"/campaigns/new"))
	m.until(`[...document.querySelectorAll("[name=segment_id] option")].some(o => o.textContent === "新来的")`)
	m.calm()
}
