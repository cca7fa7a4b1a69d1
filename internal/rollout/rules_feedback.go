package rollout

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"regexp"
	"strings"

	"zhike/internal/kernel/id"
)

// recordOf gives the record that a page shows: the first id of its path and what stands before it.
func recordOf(page string) (kind string, record id.ID) {
	path, _, _ := strings.Cut(page, "?")
	before := ""
	for part := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if key, err := id.Parse(part); err == nil && before != "" {
			return before, key
		}
		before = part
	}
	return "", id.None
}

// What is masked in a page: mobile phones, phones with a country's code, landlines with an area code; with what people set between digits.
var (
	between = `(?:&nbsp;|[\s\x{A0}\x{2009}\x{202F}-])?`
	phones  = regexp.MustCompile(`(^|[^0-9A-Za-z])((?:\+[1-9](?:` + between + `\d){7,14}|(?:86` + between + `)?1[3-9]\d(?:` + between + `\d{4}){2}|0\d{2,3}` + between + `\d{3,4}` + between + `\d{4}))\b`)
	mails   = regexp.MustCompile(`([0-9A-Za-z])[0-9A-Za-z._%+-]*@([0-9A-Za-z-]+\.)`)
	digit   = regexp.MustCompile(`\d`)
)

// maskPage masks phones and mail addresses wherever they stand, also those that somebody had shown to him: who reads the feedback may not
// see them (PPL-10).
func maskPage(text string) string {
	text = phones.ReplaceAllStringFunc(text, func(found string) string {
		n, all := 0, len(digit.FindAllString(found, -1))
		return digit.ReplaceAllStringFunc(found, func(d string) string {
			if n++; n > all-8 && n <= all-4 {
				return "*"
			}
			return d
		})
	})
	return mails.ReplaceAllString(text, "$1***@$2")
}

func pack(text string) ([]byte, error) {
	if text == "" {
		return []byte{}, nil
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		return nil, fmt.Errorf("pack page: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack page: %w", err)
	}
	return b.Bytes(), nil
}

// Shown is the page as it was shown, phones masked; "" where none came with the feedback.
func (f Feedback) Shown() (string, error) {
	if len(f.HTML) == 0 {
		return "", nil
	}
	r, err := gzip.NewReader(bytes.NewReader(f.HTML))
	if err != nil {
		return "", fmt.Errorf("unpack page: %w", err)
	}
	b, err := io.ReadAll(io.LimitReader(r, 4*mostHTML))
	if err != nil {
		return "", fmt.Errorf("unpack page: %w", err)
	}
	return string(b), nil
}
