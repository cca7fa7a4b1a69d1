package contracts

import (
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// Resources lists this domain's kinds of records. Courses and packages belong to the whole company; lines, shares, instalments
// and hour entries are read with their contract.
func Resources() []policy.Resource {
	return []policy.Resource{
		{Name: "course", Table: "courses"},
		{Name: "package", Table: "packages"},
		{Name: "contract", Table: "contracts", Center: "center", Owner: "consultant"},
	}
}

// Operations lists this domain's operations.
func Operations() []op.Any {
	return []op.Any{AddCourse, ChangeCourse, AddPackage, ChangePackage, Sign}
}

// Reactions lists what contracts do about facts of finance.
func Reactions() []op.Reaction { return []op.Reaction{op.On(paid), op.On(unpaid)} }
