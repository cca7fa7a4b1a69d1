package app_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

// TestPRC10_ValuesByAPI: whoever reads a person by the API reads the custom fields as its page shows them, private ones masked until they are revealed (PPL-10).
func TestPRC10_ValuesByAPI(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		e := s.Enquiry(t, s.HD)
		err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
			err := people.DefineFields(ctx, tx, []people.Field{{Code: "hobby", Resource: "person", Kind: "text", NameZH: "爱好", NameEN: "Hobby"}, {Code: "id-card", Resource: "person", Kind: "text", NameZH: "身份证号", NameEN: "ID number"}})
			if err != nil {
				return err
			}
			return people.SetAttributes(ctx, tx, e.PersonID, []people.Attribute{{Field: "hobby", Text: "围棋"}, {Field: "id-card", Text: "110101201503070012"}})
		})
		if err != nil {
			t.Fatal(err)
		}
		api, path := apiServer(t, s), "/people/"+fmt.Sprint(e.PersonID)
		r := apiClient(t, s, api, "general-manager", id.None).get(path).want(http.StatusOK)
		list, _ := r.body["custom_fields"].([]any)
		if len(list) != 2 || strings.Contains(string(r.raw), "110101201503070012") {
			t.Fatalf("custom fields = %s", r.raw)
		}
		for _, item := range list {
			v := item.(map[string]any)
			if private := v["field"] == "id-card"; v["masked"] != private || !private && v["text"] != "围棋" || private && !strings.Contains(fmt.Sprint(v["text"]), "*") {
				t.Errorf("%v", v)
			}
		}
		if own := apiClient(t, s, api, "consultant", s.HD).get(path).want(http.StatusOK); !strings.Contains(string(own.raw), `"text":"110101201503070012","kind":"text","masked":false`) {
			t.Errorf("whose client it is reads %s", own.raw)
		}
		apiClient(t, s, api, "consultant", s.CY).get(path).want(http.StatusNotFound)
	})
}
