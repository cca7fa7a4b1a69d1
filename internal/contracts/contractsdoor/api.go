package contractsdoor

import (
	"context"

	"zhike/internal/api"
	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
)

// API registers courses, packages and contracts. A contract is made from a quote: see the door of sales.
func API(a *api.API) {
	apiCatalogue(a)
	apiContracts(a)
}

type (
	courseID struct {
		ID id.ID `path:"id" json:"course_id"`
	}
	packageID struct {
		ID id.ID `path:"id" json:"package_id"`
	}
	contractID struct {
		ID id.ID `path:"id" json:"contract_id"`
	}
)

type coursesQuery struct {
	api.Paging
	Active bool `query:"active" doc:"only those still taught"`
}

type packagesQuery struct {
	api.Paging
	CourseID id.ID `query:"course_id"`
	Active   bool  `query:"active" doc:"only those still sold"`
}

type ofContract struct {
	api.Paging
	ID id.ID `path:"id" json:"contract_id"`
}

func apiCatalogue(a *api.API) {
	api.Whole(a, "/courses", "contracts.courses", "course:read", func(ctx context.Context, tx *op.Tx, q coursesQuery) ([]contracts.Course, error) {
		return contracts.Courses(ctx, tx, q.Active)
	})
	api.Get(a, "/courses/{id}", "contracts.course", "course:read", func(ctx context.Context, tx *op.Tx, q courseID) (contracts.Course, error) {
		return contracts.CourseByID(ctx, tx, q.ID)
	})
	api.Post(a, "/courses", contracts.AddCourse)
	api.Patch(a, "/courses/{id}", contracts.ChangeCourse)
	api.Whole(a, "/packages", "contracts.packages", "package:read", func(ctx context.Context, tx *op.Tx, q packagesQuery) ([]contracts.Package, error) {
		return contracts.Packages(ctx, tx, q.CourseID, q.Active)
	})
	api.Get(a, "/packages/{id}", "contracts.package", "package:read", func(ctx context.Context, tx *op.Tx, q packageID) (contracts.Package, error) {
		return contracts.PackageByID(ctx, tx, q.ID)
	})
	api.Post(a, "/packages", contracts.AddPackage)
	api.Patch(a, "/packages/{id}", contracts.ChangePackage)
}

type contractsQuery struct {
	api.Paging
	CenterID     id.ID        `query:"center_id"`
	ConsultantID id.ID        `query:"consultant_id"`
	ChannelID    id.ID        `query:"channel_id"`
	CourseID     id.ID        `query:"course_id"`
	StudentID    id.ID        `query:"student_id"`
	PersonID     id.ID        `query:"person_id" doc:"as student or payer"`
	EnquiryID    id.ID        `query:"enquiry_id"`
	PromotionID  id.ID        `query:"promotion_id" doc:"that gives something on it"`
	LeftFrom     int64        `query:"left_from" minimum:"0" maximum:"100" doc:"renewals and upgrades signed while at least so many per cent of the student's earlier contract were left (hours or days, whichever is less)"`
	States       []string     `query:"state" doc:"separated by commas"`
	Kinds        []string     `query:"kind" doc:"separated by commas"`
	From         bizdate.Date `query:"from" doc:"signed on or after"`
	Until        bizdate.Date `query:"to" doc:"signed on or before"`
	No           string       `query:"no" maxLength:"40" doc:"beginning of the number"`
}

func apiContracts(a *api.API) {
	api.List(a, "/contracts", "contracts.contracts", "contract:read", listed)
	api.Get(a, "/contracts/{id}", "contracts.contract", "contract:read", func(ctx context.Context, tx *op.Tx, q contractID) (contracts.Details, error) {
		return contracts.ByID(ctx, tx, q.ID)
	})
	api.Post(a, "/contracts/{id}/sign", contracts.Sign)
	api.Whole(a, "/contracts/{id}/hours", "contracts.hours", "contract:read", func(ctx context.Context, tx *op.Tx, q ofContract) ([]contracts.HourAccount, error) {
		return contracts.Hours(ctx, tx, q.ID)
	})
	api.Whole(a, "/contracts/{id}/hour-entries", "contracts.hour-entries", "contract:read", func(ctx context.Context, tx *op.Tx, q ofContract) ([]contracts.HourEntry, error) {
		return contracts.HourEntries(ctx, tx, q.ID, page.Most)
	})
	api.List(a, "/instalments", "contracts.instalments", "contract:read", openInstalments)
}

func listed(ctx context.Context, tx *op.Tx, q contractsQuery) (page.Page[contracts.Contract], error) {
	f := contracts.Filter{
		Center: q.CenterID, Consultant: q.ConsultantID, Channel: q.ChannelID, Course: q.CourseID, Student: q.StudentID, Person: q.PersonID, Enquiry: q.EnquiryID,
		Promotion: q.PromotionID, LeftFrom: q.LeftFrom, States: q.States, Kinds: q.Kinds, From: q.From, Until: q.Until, No: q.No, Request: q.Request(),
	}
	if q.Q != "" {
		var err error
		if f.Persons, err = found(ctx, tx, q.Q); err != nil {
			return page.Page[contracts.Contract]{}, err
		}
		if f.No == "" {
			f.No = q.Q
		}
	}
	return contracts.List(ctx, tx, f)
}

type instalmentsQuery struct {
	api.Paging
	ContractID   id.ID        `query:"contract_id"`
	PersonID     id.ID        `query:"person_id" doc:"as student or payer"`
	CenterID     id.ID        `query:"center_id"`
	ConsultantID id.ID        `query:"consultant_id"`
	DueUntil     bizdate.Date `query:"due_until"`
}

func openInstalments(ctx context.Context, tx *op.Tx, q instalmentsQuery) (page.Page[contracts.InstalmentView], error) {
	f := contracts.InstalmentFilter{Contract: q.ContractID, Person: q.PersonID, Center: q.CenterID, Consultant: q.ConsultantID, DueUntil: q.DueUntil}
	if q.Q != "" {
		var err error
		if f.Persons, err = found(ctx, tx, q.Q); err != nil {
			return page.Page[contracts.InstalmentView]{}, err
		}
	}
	return contracts.ListInstalments(ctx, tx, f, q.Request())
}
