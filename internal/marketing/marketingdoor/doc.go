// Package marketingdoor is the set-up of channels in the browser (SAL-2).
package marketingdoor
