package marketing

import (
	"errors"
	"slices"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/problem"
)

func key(n byte) id.ID {
	v := id.MustParse("01900000-0000-7000-8000-000000000000")
	v[15] = n
	return v
}

// small is web > search > brand, and phone.
func small() Tree {
	return NewTree([]Channel{
		{ID: key(3), Code: "brand", Parent: key(2), NameZH: "品牌词", NameEN: "Brand words"},
		{ID: key(2), Code: "web-search", Parent: key(1), NameZH: "搜索推广", NameEN: "Search"},
		{ID: key(4), Code: "phone", NameZH: "电话咨询", NameEN: "Phone"},
		{ID: key(1), Code: "web", NameZH: "网络", NameEN: "Web"},
	})
}

func TestMKT11_TreeOrder(t *testing.T) {
	var got []string
	var depths []int
	for _, n := range small().Nodes() {
		got, depths = append(got, n.Code), append(depths, n.Depth)
	}
	if !slices.Equal(got, []string{"phone", "web", "web-search", "brand"}) || !slices.Equal(depths, []int{0, 0, 1, 2}) {
		t.Errorf("tree = %v, depths %v", got, depths)
	}
	if under := small().Under(key(1)); !slices.Equal(under, []id.ID{key(1), key(2), key(3)}) {
		t.Errorf("under web = %v", under)
	}
}

func TestMKT11_DirtyNames(t *testing.T) {
	tests := []struct{ text, want string }{
		{"web", "web"},
		{" Web ", "web"},
		{"ＷＥＢ", "web"},
		{"网 络", "web"},
		{"WEB_SEARCH", "web-search"},
		{"搜索-推广", "web-search"},
		{"Brand  Words", "brand"},
		{"电话咨询　", "phone"},
		{"fax", ""},
		{"", ""},
		{" - ", ""},
	}
	for _, tt := range tests {
		if c, _ := small().ByName(tt.text); c.Code != tt.want {
			t.Errorf("%q is %q, want %q", tt.text, c.Code, tt.want)
		}
	}
}

func TestSAL2_ChannelRefused(t *testing.T) {
	ok := Channel{ID: key(9), Code: "new", NameZH: "新渠道", FirstContactMinutes: 30, WindowDays: 90}
	deep := NewTree([]Channel{{ID: key(1)}, {ID: key(2), Parent: key(1)}, {ID: key(3), Parent: key(2)}, {ID: key(4), Parent: key(3)}, {ID: key(5), Parent: key(4)}})
	tests := []struct {
		name string
		tree Tree
		edit func(c *Channel)
		want []string
	}{
		{"fine", small(), func(*Channel) {}, nil},
		{"no code or name", small(), func(c *Channel) { c.Code, c.NameZH = "", "" }, []string{"code:required", "name_zh:required"}},
		{"strange code", small(), func(c *Channel) { c.Code = "Web 1" }, []string{"code:bad-code"}},
		{"in the past", small(), func(c *Channel) { c.FirstContactMinutes = -1 }, []string{"first_contact_minutes:out-of-range"}},
		{"never", small(), func(c *Channel) { c.FirstContactMinutes = 43_201 }, []string{"first_contact_minutes:out-of-range"}},
		{"no window", small(), func(c *Channel) { c.WindowDays = 0 }, []string{"window_days:out-of-range"}},
		{"window of years", small(), func(c *Channel) { c.WindowDays = 731 }, []string{"window_days:out-of-range"}},
		{"unknown parent", small(), func(c *Channel) { c.Parent = key(8) }, []string{"parent_id:unknown"}},
		{"under itself", small(), func(c *Channel) { c.ID, c.Parent = key(1), key(3) }, []string{"parent_id:channel-loop"}},
		{"too deep", deep, func(c *Channel) { c.Parent = key(5) }, []string{"parent_id:channel-depth"}},
		{"too deep with its own", deep, func(c *Channel) { c.ID, c.Parent = key(4), key(5) }, []string{"parent_id:channel-loop"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := ok
			tt.edit(&c)
			var got []string
			if p, ok := errors.AsType[*problem.Problem](tt.tree.check(c).Err("SAL-2")); ok {
				for _, f := range p.Fields {
					got = append(got, f.Location+":"+f.Code)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("refused %v, want %v", got, tt.want)
			}
		})
	}
}

// TestSAL2_ShippedChannels: the shipped tree is valid, and each parent stands before its children.
func TestSAL2_ShippedChannels(t *testing.T) {
	rows, err := shippedChannels()
	if err != nil {
		t.Fatal(err)
	}
	var list []Channel
	ids := map[string]id.ID{}
	for i, row := range rows {
		c := row.Channel
		c.ID = key(byte(i + 1))
		if row.parent != "" {
			if c.Parent = ids[row.parent]; c.Parent.IsNone() {
				t.Errorf("parent %s of %s does not stand before it", row.parent, c.Code)
			}
		}
		ids[c.Code] = c.ID
		if bad := NewTree(list).check(c); bad != nil {
			t.Errorf("%s: %v", c.Code, bad)
		}
		list = append(list, c)
	}
	tree := NewTree(list)
	for _, code := range []string{"web", "phone", "street", "event", "referral", "existing", "partner", "walk-in"} {
		if _, ok := tree.ByName(code); !ok {
			t.Errorf("channel %s is missing", code)
		}
	}
	if web, _ := tree.ByName("网络"); web.FirstContactMinutes != 30 {
		t.Errorf("first contact on the web within %d minutes, want 30", web.FirstContactMinutes)
	}
	for _, c := range list {
		if got, _ := tree.ByName(c.NameZH); got.Code != c.Code {
			t.Errorf("name of %s means %s", c.Code, got.Code)
		}
	}
}
