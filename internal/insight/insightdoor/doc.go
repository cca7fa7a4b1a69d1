// Package insightdoor shows and sends reports: pages, API, mails and files of one answer of insight.Make.
package insightdoor
