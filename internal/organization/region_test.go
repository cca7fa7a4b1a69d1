package organization_test

import (
	"context"
	"slices"
	"testing"

	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/organization"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

// A region is made, named anew and taken back; a center comes to it and leaves it (ORG-1).
func TestORG1_Regions(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		it := s.IT()
		north := ok[organization.Changed](t)(organization.AddRegion.Run(it, s.Ops, organization.RegionInput{Code: "N", NameZH: "北区", NameEN: "North"}))
		refresh(t, s)
		ok[organization.Changed](t)(organization.ChangeCenter.Run(it, s.Ops, organization.ChangeCenterInput{CenterID: s.HD, RegionID: &north.ID}))
		ctx := op.WithUndo(it)
		ok[organization.Changed](t)(organization.ChangeRegion.Run(ctx, s.Ops, organization.ChangeRegionInput{RegionID: north.ID, NameZH: new("城北")}))
		refresh(t, s)
		if r, _ := s.Dir.Region(north.ID); r.NameZH != "城北" || r.Name("en") != "North" || center(t, s, s.HD).Region != north.ID {
			t.Errorf("region = %+v, center %+v", r, center(t, s, s.HD))
		}
		if got := s.Dir.CentersOf(north.ID); len(got) != 1 || got[0].ID != s.HD {
			t.Errorf("centers = %+v", got)
		}
		if err := s.Ops.Undo(ctx, op.Offered(ctx)); err != nil {
			t.Fatal(err)
		}
		s.Read(t, it, func(ctx context.Context, tx *op.Tx) error {
			list, err := organization.ListRegions(ctx, tx, "北", page.Request{Limit: 10})
			if len(list.Items) != 1 || list.Items[0].NameZH != "北区" {
				t.Errorf("regions = %+v", list)
			}
			return err
		})
		ok[organization.Changed](t)(organization.ChangeCenter.Run(it, s.Ops, organization.ChangeCenterInput{CenterID: s.HD, RegionID: new(id.ID)}))
		if got := center(t, s, s.HD).Region; !got.IsNone() {
			t.Errorf("region = %s", got)
		}
		want := []string{"organization.region-added.1", "organization.center-changed.1", "organization.region-changed.1", "organization.region-changed.1", "organization.center-changed.1"}
		if got := s.Facts(t); !slices.Equal(got, want) {
			t.Errorf("facts = %v", got)
		}
		s.Check(t)
	})
}

func refresh(t *testing.T, s *testkit.School) {
	t.Helper()
	if err := s.Dir.Refresh(s.System(), s.Ops, 0); err != nil {
		t.Fatal(err)
	}
}

func TestORG1_RegionsRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		it := s.IT()
		r := ok[organization.Changed](t)(organization.AddRegion.Run(it, s.Ops, organization.RegionInput{Code: "N", NameZH: "北区"}))
		add := func(ctx context.Context, in organization.RegionInput) error {
			_, err := organization.AddRegion.Run(ctx, s.Ops, in)
			return err
		}
		refused(t, add(it, organization.RegionInput{Code: "N", NameZH: "又一个"}), "code-taken")
		refused(t, add(it, organization.RegionInput{Code: "S", NameZH: " "}), "required")
		refused(t, add(s.GM(), organization.RegionInput{Code: "S", NameZH: "南区"}), "forbidden")
		_, err := organization.ChangeRegion.Run(it, s.Ops, organization.ChangeRegionInput{RegionID: r.ID, Version: new(int64(7)), NameZH: new("x")})
		refused(t, err, "stale")
		_, err = organization.ChangeCenter.Run(it, s.Ops, organization.ChangeCenterInput{CenterID: s.HD, RegionID: &s.Course})
		refused(t, err, "unknown")
		_, err = organization.GivePosition.Run(it, s.Ops, organization.PositionInput{StaffID: s.StaffID(s.Principal(s.HD)), Role: "supervisor", CenterID: s.HD, RegionID: r.ID})
		refused(t, err, "center-or-region")
	})
}

// Who holds a role for a region sees each of its centers and no other, and is asked for what a center of it has nobody for (ORG-2, ORG-3).
func TestORG2_PositionForARegion(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		it := s.IT()
		here, there := s.Enquiry(t, s.HD), s.Enquiry(t, s.CY)
		r := ok[organization.Changed](t)(organization.AddRegion.Run(it, s.Ops, organization.RegionInput{Code: "N", NameZH: "北区"}))
		refresh(t, s)
		ok[organization.Changed](t)(organization.ChangeCenter.Run(it, s.Ops, organization.ChangeCenterInput{CenterID: s.HD, RegionID: &r.ID}))
		head := ok[organization.Done](t)(organization.AddStaff.Run(it, s.Ops, organization.StaffInput{Code: "R1", Name: "区域负责人"}))
		ok[organization.Done](t)(organization.GivePosition.Run(it, s.Ops, organization.PositionInput{StaffID: head.ID, Role: "principal", RegionID: r.ID}))
		refresh(t, s)
		ctx := op.WithViewer(t.Context(), s.Dir.Viewer(organization.Account{Staff: head.ID, Login: "r1"}))
		s.Read(t, ctx, func(ctx context.Context, tx *op.Tx) error {
			list, err := sales.Enquiries(ctx, tx, sales.EnquiryFilter{Limit: 10})
			if list.Total != 1 || len(list.Items) != 1 || list.Items[0].ID != here.ID {
				t.Errorf("sees %+v, want the one of its region and not %s", list.Items, there.ID)
			}
			return err
		})
		if got := s.Dir.Holders("principal", s.HD); len(got) != 1 || got[0].ID == head.ID {
			t.Errorf("the center has its own principal: %+v", got)
		}
		s.Exec(t, "UPDATE positions SET until_day = 1 WHERE role = 'principal' AND center = ?", s.HD)
		refresh(t, s)
		if got := s.Dir.Holders("principal", s.HD); len(got) != 1 || got[0].ID != head.ID {
			t.Errorf("without one, those of the region: %+v", got)
		}
		if got := s.Dir.Holders("principal", s.CY); len(got) != 1 || got[0].ID == head.ID {
			t.Errorf("another center: %+v", got)
		}
	})
}
