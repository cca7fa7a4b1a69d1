package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/problem"
	"zhike/internal/web"
)

type level string

// UnmarshalText knows two levels.
func (l *level) UnmarshalText(b []byte) error {
	if s := string(b); s != "low" && s != "high" {
		return problem.Refuse("", "not-one-of")
	}
	*l = level(b)
	return nil
}

type line struct {
	PackageID id.ID     `json:"package_id"`
	Price     money.Fen `json:"price"`
}

type base struct {
	Center string `json:"center"`
}

type input struct {
	base
	Name   string            `json:"name" maxLength:"60"`
	Phone  string            `json:"phone"`
	Note   string            `json:"note" form:"free" maxLength:"5000"`
	Amount money.Fen         `json:"amount"`
	Hours  hours.Centi       `json:"hours"`
	Born   bizdate.Date      `json:"born"`
	At     time.Time         `json:"at"`
	Count  int               `json:"count"`
	Small  int8              `json:"small"`
	Share  float64           `json:"share"`
	Agreed bool              `json:"agreed"`
	Level  level             `json:"level"`
	Next   *bizdate.Date     `json:"next"`
	Tags   []string          `json:"tags"`
	Owner  id.ID             `json:"owner_id"`
	Lines  []line            `json:"lines"`
	Parent *line             `json:"parent"`
	Attr   map[string]string `json:"attr"`
	Hidden string            `json:"-"`
}

const anID = "019aaaaa-0000-7000-8000-000000000001"

func TestDecode(t *testing.T) {
	key := id.MustParse(anID)
	june := bizdate.New(2013, 6, 5)
	emoji := strings.Repeat("🙂", 30) + "王小明"
	for name, tc := range map[string]struct {
		form string
		want input
	}{
		"nothing":                  {"", input{}},
		"text is trimmed":          {"name=+%E4%BD%95%E9%9B%A8%E6%A1%90+", input{Name: "何雨桐"}},
		"full-width space":         {"name=" + url.QueryEscape("　何雨桐　"), input{Name: "何雨桐"}},
		"full-width phone":         {"phone=" + url.QueryEscape("１３８－００１３　８０００"), input{Phone: "138-0013 8000"}},
		"full-width in Chinese":    {"name=" + url.QueryEscape("王小明（Ｔｉｎａ２）"), input{Name: "王小明（Tina2）"}},
		"free text stays":          {"note=" + url.QueryEscape("ＡＢＣ，１２３"), input{Note: "ＡＢＣ，１２３"}},
		"emoji":                    {"name=" + url.QueryEscape(emoji), input{Name: emoji}},
		"5,000 characters":         {"note=" + url.QueryEscape(strings.Repeat("长", 5000)), input{Note: strings.Repeat("长", 5000)}},
		"line ends":                {"note=a%0D%0Ab", input{Note: "a\nb"}},
		"money":                    {"amount=" + url.QueryEscape("￥３８，４００．５"), input{Amount: 3840050}},
		"hours":                    {"hours=1.5", input{Hours: 150}},
		"date":                     {"born=2013-06-05", input{Born: june}},
		"date with slashes":        {"born=2013%2F6%2F5", input{Born: june}},
		"date in Chinese":          {"born=" + url.QueryEscape("２０１３年６月５日"), input{Born: june}},
		"date in eight digits":     {"born=20130605", input{Born: june}},
		"time in the viewer's":     {"at=2013-06-05T09:30", input{At: time.Date(2013, 6, 5, 1, 30, 0, 0, time.UTC)}},
		"time with a zone":         {"at=" + url.QueryEscape("2013-06-05T09:30:00+09:00"), input{At: time.Date(2013, 6, 5, 0, 30, 0, 0, time.UTC)}},
		"numbers":                  {"count=1%2C284&small=-5&share=0.25", input{Count: 1284, Small: -5, Share: 0.25}},
		"box":                      {"agreed=on", input{Agreed: true}},
		"word of a list":           {"level=high", input{Level: "high"}},
		"pointer":                  {"next=2013-06-05", input{Next: &june}},
		"empty pointer":            {"next=", input{}},
		"first that is not empty":  {"born=&born=2013-06-05", input{Born: june}},
		"several":                  {"tags=a&tags=&tags=b", input{Tags: []string{"a", "b"}}},
		"id":                       {"owner_id=" + anID, input{Owner: key}},
		"rows, the tenth after 2":  {"lines.2.price=3&lines.0.package_id=" + anID + "&lines.1.price=2", input{Lines: []line{{PackageID: key}, {Price: 200}, {Price: 300}}}},
		"nested behind a pointer":  {"parent.price=2", input{Parent: &line{Price: 200}}},
		"custom values":            {"attr.school=" + url.QueryEscape("一小") + "&attr.a.b=x&attr.none=", input{Attr: map[string]string{"school": "一小", "a.b": "x"}}},
		"embedded":                 {"center=hd", input{base: base{Center: "hd"}}},
		"the form's own are apart": {"_csrf=x&_key=y&_base=3&_next=%2F&_do=save&name=a", input{Name: "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := web.Decode[input](post("/x", tc.form))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got  %+v\nwant %+v", got, tc.want)
			}
		})
	}
}

func TestDecodeRefused(t *testing.T) {
	for form, want := range map[string]string{
		"nme=x":                              "nme unknown-field",
		"hidden=x":                           "hidden unknown-field",
		"name.first=x":                       "name.first unknown-field",
		"lines.x.price=1":                    "lines.x.price unknown-field",
		"lines.0.colour=1":                   "lines.0.colour unknown-field",
		"lines.500.price=1":                  "lines.500.price too-many-rows",
		"amount=38x":                         "amount bad-amount",
		"amount=1.234":                       "amount bad-amount",
		"hours=x":                            "hours bad-hours",
		"born=2013-13-01":                    "born bad-date",
		"born=05.06":                         "born bad-date",
		"at=morning":                         "at bad-time",
		"count=1.5":                          "count bad-number",
		"small=200":                          "small bad-number",
		"share=NaN":                          "share bad-number",
		"agreed=maybe":                       "agreed not-one-of",
		"level=middle":                       "level not-one-of",
		"owner_id=7":                         "owner_id bad-id",
		"name=" + strings.Repeat("a", 61):    "name too-long",
		"phone=" + strings.Repeat("1", 2001): "phone too-long",
		"name=%FF":                           "name bad-text",
		"name=a%00b":                         "name bad-text",
		"amount=x&count=y&born=z":            "amount bad-amount born bad-date count bad-number",
		"lines.10.price=x&lines.2.package_id=bad": "lines.2.package_id bad-id lines.10.price bad-amount",
	} {
		_, err := web.Decode[input](post("/x", form))
		p, ok := problem.As(err)
		if !ok {
			t.Errorf("%s: err = %v", form, err)
			continue
		}
		var got []string
		for _, f := range p.Fields {
			got = append(got, f.Location, f.Code)
		}
		if p.Code != "invalid" || strings.Join(got, " ") != want {
			t.Errorf("%.40s: %s %v, want %s", form, p.Code, got, want)
		}
	}
	if _, err := web.Decode[input](post("/x", "name=%zz")); err == nil {
		t.Error("a broken form is read")
	}
}

func TestDecodeSources(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/x?name=a", nil)
	r.SetPathValue("owner_id", anID)
	got, err := web.Decode[input](r)
	if err != nil || got.Name != "a" || got.Owner.String() != anID {
		t.Errorf("query and path = %+v, %v", got, err)
	}
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	if err := m.WriteField("name", "b"); err != nil {
		t.Fatal(err)
	}
	if f, err := m.CreateFormFile("file", "leads.csv"); err != nil {
		t.Fatal(err)
	} else if _, err := f.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	m.Close()
	r = httptest.NewRequest(http.MethodPost, "/x", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	if got, err := web.Decode[input](r); err != nil || got.Name != "b" {
		t.Errorf("upload = %+v, %v", got, err)
	}
}
