package people

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/personal"
)

// longestFirst orders names so that one within another is not cut out of it.
func longestFirst(names map[string]bool) []string {
	return slices.SortedFunc(maps.Keys(names), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b))
	})
}

// namesAtOnce bounds the values of one query.
const namesAtOnce = 500

// maskOthers masks, in the columns of free words of an export, who is another person: names of persons that the program knows, phones and mail
// addresses that are not among those of the persons exported (PPL-11).
func maskOthers(ctx context.Context, tx *op.Tx, parts []Part, rows []personal.Rows, persons []id.ID) error {
	words := map[string][]string{}
	for _, r := range rows {
		words[r.Table] = r.Words
	}
	may := map[string]bool{}
	eachWord(parts, words, func(text string) string {
		maps.Copy(may, namesIn(text))
		return text
	})
	own, err := ownWords(ctx, tx, persons)
	if err != nil {
		return err
	}
	others := map[string]bool{}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(may)), namesAtOnce) {
		found, err := op.AllOf[string](ctx, tx.Unscoped("the request was approved: whom the words name, to mask it"), `SELECT DISTINCT p.name FROM persons p WHERE p.name IN (?) AND p.id NOT IN (?) AND NOT p.organization
			UNION SELECT DISTINCT q.name_latin FROM persons q WHERE q.name_latin IN (?) AND q.id NOT IN (?) AND NOT q.organization`, some, persons, some, persons)
		if err != nil {
			return fmt.Errorf("look for others who are named: %w", err)
		}
		for _, name := range found {
			if !own[name] {
				others[name] = true
			}
		}
	}
	eachWord(parts, words, func(text string) string { return maskWords(text, others, own) })
	return nil
}

// eachWord changes the texts in the columns of free words, by table.
func eachWord(parts []Part, words map[string][]string, do func(text string) string) {
	for _, p := range parts {
		for i, column := range p.Columns {
			if !slices.Contains(words[p.Table], column) {
				continue
			}
			for _, row := range p.Rows {
				row[i] = do(row[i])
			}
		}
	}
}

// ownWords are the names, phones, addresses and ID numbers of the persons themselves.
func ownWords(ctx context.Context, tx *op.Tx, persons []id.ID) (map[string]bool, error) {
	list, err := op.AllOf[string](ctx, tx.Unscoped("the request was approved"), `SELECT p.name FROM persons p WHERE p.id IN (?) UNION SELECT q.name_latin FROM persons q WHERE q.id IN (?)
		UNION SELECT m.kept_name FROM merges m WHERE m.kept IN (?) UNION SELECT c.value FROM contact_points c WHERE c.person IN (?)`, persons, persons, persons, persons)
	if err != nil {
		return nil, fmt.Errorf("read own names and phones: %w", err)
	}
	texts, err := op.AllOf[string](ctx, tx.Unscoped("the request was approved"), "SELECT a.text FROM attributes a WHERE a.subject IN (?)", persons)
	if err != nil {
		return nil, fmt.Errorf("read own ID numbers: %w", err)
	}
	births, err := op.AllOf[bizdate.Date](ctx, tx.Unscoped("the request was approved"), "SELECT p.birth FROM persons p WHERE p.id IN (?)", persons)
	if err != nil {
		return nil, fmt.Errorf("read own birth dates: %w", err)
	}
	list = append(list, ownCards(texts, births)...)
	out := map[string]bool{}
	for _, text := range list {
		out[text], out[strings.ToLower(text)] = true, true
	}
	delete(out, "")
	return out, nil
}
