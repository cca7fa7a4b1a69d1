package api_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zhike/internal/api"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/problem"
)

type row struct {
	Name  string `json:"name" maxLength:"5"`
	Count int64  `json:"count,omitempty" minimum:"1" maximum:"10"`
}

type sample struct {
	Title string            `json:"title" minLength:"2" maxLength:"10"`
	Kind  string            `json:"kind,omitempty" enum:"new,old"`
	Ref   id.ID             `json:"ref_id,omitempty"`
	Day   bizdate.Date      `json:"day,omitempty"`
	At    time.Time         `json:"at,omitzero"`
	Price money.Fen         `json:"price_fen,omitempty" minimum:"0"`
	On    *bool             `json:"on,omitempty"`
	Rows  []row             `json:"rows,omitempty" minItems:"1" maxItems:"2"`
	Words map[string]string `json:"words,omitempty"`
	inner int
}

func codes(err error) []string {
	p, ok := problem.As(err)
	if !ok {
		return nil
	}
	var list []string
	for _, f := range p.Fields {
		list = append(list, f.Location+":"+f.Code)
	}
	return list
}

// TestTRU17_Decode: every field that is wrong is named at once.
func TestTRU17_Decode(t *testing.T) {
	for body, want := range map[string][]string{
		`{"title":"ab"}`:           nil,
		``:                         {"title:required"},
		`{`:                        {"body:bad-json"},
		`{"title":"ab"} {}`:        {"body:bad-json"},
		`[]`:                       {"body:bad-type"},
		`null`:                     {"body:bad-type"},
		`{"title":"ab","inner":1}`: {"inner:unknown-field"},
		`{"title":null}`:           {"title:bad-type"},
		`{"title":""}`:             {"title:required"},
		`{"title":"a"}`:            {"title:too-short"},
		`{"title":"十一个字的标题太长了啊啊"}`:    {"title:too-long"},
		`{"title":"十个字的标题刚刚好的"}`:      nil,
		`{"title":"a\u0000b"}`:        {"title:bad-text"},
		`{"title":"ab","kind":"new"}`: nil,
		`{"title":"ab","kind":"x","ref_id":"x","day":"2026-02-30","at":"now","price_fen":1.5,"on":"yes"}`: {
			"at:bad-time", "day:bad-date", "kind:not-one-of", "on:bad-type", "price_fen:bad-number", "ref_id:bad-id",
		},
		`{"title":"ab","ref_id":"","day":"","price_fen":-1}`:                     {"price_fen:too-small"},
		`{"title":"ab","price_fen":9223372036854775808}`:                         {"price_fen:bad-number"},
		`{"title":"ab","rows":[{"name":"x","count":11},{"count":0},{"name":1}]}`: {"rows:too-many-rows"},
		`{"title":"ab","rows":[{"name":"x","count":11},{"count":0}]}`:            {"rows.0.count:too-big", "rows.1.name:required", "rows.1.count:too-small"},
		`{"title":"ab","rows":[]}`:                                               {"rows:too-few-rows"},
		`{"title":"ab","words":{"a":"b","c":1}}`:                                 {"words.c:bad-type"},
	} {
		_, err := api.Decode[sample]([]byte(body))
		if got := codes(err); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
		if again := api.Check(reflect.TypeFor[sample](), []byte(body)); !slices.Equal(codes(again), want) {
			t.Errorf("%s: the check by type says %v, want %v", body, codes(again), want)
		}
	}
	got, err := api.Decode[sample]([]byte(`{"title":"ab","day":"2026-06-03","price_fen":100,"on":false}`))
	if err != nil || got.Day != bizdate.New(2026, 6, 3) || got.Price != 100 || got.On == nil || *got.On || got.inner != 0 {
		t.Errorf("decoded %+v, %v", got, err)
	}
}

// TestTRU17_DecodeAnything: whatever comes is decoded or refused, and what is decoded is what JSON says.
func TestTRU17_DecodeAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.OneOf(
			rapid.StringMatching(`\{("(title|kind|day|rows|words|x)":("[a-z]{0,12}"|[0-9]{1,20}|null|\[\]|\{\}|true)){0,1}(,"(title|on)":("ab"|1)){0,1}\}`),
			rapid.String(),
		).Draw(t, "body")
		v, err := api.Decode[sample]([]byte(body))
		if err != nil {
			if _, ok := problem.As(err); !ok {
				t.Fatalf("%q: %v is no problem", body, err)
			}
			return
		}
		var plain sample
		if err := json.Unmarshal([]byte(body), &plain); err != nil || !reflect.DeepEqual(v, plain) {
			t.Fatalf("%q: decoded %+v, JSON says %+v (%v)", body, v, plain, err)
		}
	})
}

func TestSchema(t *testing.T) {
	s, named := api.Schema(reflect.TypeFor[sample]())
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"format":"uuid"`, `"format":"date"`, `"format":"date-time"`, `"additionalProperties":false`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("schema lacks %s: %s", want, b)
		}
	}
	if s.Properties["price_fen"].Type != "integer" || !slices.Equal(s.Required, []string{"title"}) || s.Properties["inner"] != nil {
		t.Errorf("schema = %s", b)
	}
	if len(named) == 0 {
		t.Error("no schema is named")
	}
}
