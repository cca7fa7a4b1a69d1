package contractsdoor

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"zhike/internal/contracts"
	"zhike/internal/kernel/problem"
)

// moreQuestions is how many empty rows the form of a course offers beyond its questions.
const moreQuestions = 2

// asked leaves out the rows of a form that are empty, and splits the choices, which are typed in one line. places are the rows in the
// form of what is left.
func asked(rows []contracts.Question) (list []contracts.Question, places []int) {
	list = []contracts.Question{}
	for i, q := range rows {
		q.Choices = strings.FieldsFunc(strings.Join(q.Choices, "\n"), func(r rune) bool { return r == '\n' || r == '、' || r == ';' || r == '；' })
		for j := range q.Choices {
			q.Choices[j] = strings.TrimFunc(q.Choices[j], unicode.IsSpace)
		}
		if q.Code == "" && q.NameZH == "" && q.NameEN == "" && len(q.Choices) == 0 {
			continue
		}
		if q.Kind != "choice" {
			q.Choices = nil
		}
		list, places = append(list, q), append(places, i)
	}
	return list, places
}

// replaced lets a refusal name the rows as they stand in the form.
func replaced(err error, places []int) error {
	p, ok := problem.As(err)
	if !ok {
		return err
	}
	for i, f := range p.Fields {
		parts := strings.SplitN(f.Location, ".", 3)
		if len(parts) != 3 || parts[0] != "needs" {
			continue
		}
		if row, err := strconv.Atoi(parts[1]); err == nil && row < len(places) {
			p.Fields[i].Location = fmt.Sprintf("needs.%d.%s", places[row], parts[2])
		}
	}
	return p
}
