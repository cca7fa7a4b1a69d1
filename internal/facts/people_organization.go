package facts

import "zhike/internal/kernel/id"

// OrganizationRegistered says that a company customer was entered (PPL-13).
type OrganizationRegistered struct {
	Organization id.ID `json:"organization_id"`
	Center       id.ID `json:"center_id"`              // where; none for the company's pool
	Staff        id.ID `json:"staff_id"`               // by whom; none for imports
	Parent       id.ID `json:"subsidiary_of,omitzero"` // of which it is a subsidiary
}

// Kind implements event.Fact.
func (OrganizationRegistered) Kind() string { return "people.organization-registered.1" }

// About implements event.Fact.
func (f OrganizationRegistered) About() (center, person id.ID) { return f.Center, f.Organization }

// OrganizationChanged says which fields of an organization changed. The old values stand beside the event, as those of a person do
// (TRU-24).
type OrganizationChanged struct {
	Organization id.ID             `json:"organization_id"`
	Center       id.ID             `json:"center_id"`
	Version      int64             `json:"version"` // of the organization after the change
	Fields       []string          `json:"fields"`
	Digests      map[string]string `json:"digests"`                // field → SHA-256 of what is sealed, hexadecimal
	Reverts      id.ID             `json:"reverts_event,omitzero"` // the change that is taken back (UI-B2)
	Before       map[string][]byte `json:"-"`                      // field → sealed old value, on the way to its table
}

// Kind implements event.Fact.
func (OrganizationChanged) Kind() string { return "people.organization-changed.1" }

// About implements event.Fact.
func (f OrganizationChanged) About() (center, person id.ID) { return f.Center, f.Organization }

// OrganizationArchived says that an organization is no customer any more: it stays, and pays nothing new.
type OrganizationArchived struct {
	Organization id.ID `json:"organization_id"`
	Center       id.ID `json:"center_id"`
}

// Kind implements event.Fact.
func (OrganizationArchived) Kind() string { return "people.organization-archived.1" }

// About implements event.Fact.
func (f OrganizationArchived) About() (center, person id.ID) { return f.Center, f.Organization }

// OrganizationRestored says that an archived organization is a customer again.
type OrganizationRestored struct {
	Organization id.ID `json:"organization_id"`
	Center       id.ID `json:"center_id"`
}

// Kind implements event.Fact.
func (OrganizationRestored) Kind() string { return "people.organization-restored.1" }

// About implements event.Fact.
func (f OrganizationRestored) About() (center, person id.ID) { return f.Center, f.Organization }

// OrganizationContactAdded says that a person has a role at an organization.
type OrganizationContactAdded struct {
	Organization id.ID  `json:"organization_id"`
	Center       id.ID  `json:"center_id"`
	Contact      id.ID  `json:"contact_person_id"`
	Role         string `json:"role"` // hr, training, purchasing, finance, management, other
}

// Kind implements event.Fact.
func (OrganizationContactAdded) Kind() string { return "people.organization-contact-added.1" }

// About implements event.Fact.
func (f OrganizationContactAdded) About() (center, person id.ID) { return f.Center, f.Organization }

// OrganizationContactRemoved says that a person has none any more.
type OrganizationContactRemoved struct {
	Organization id.ID  `json:"organization_id"`
	Center       id.ID  `json:"center_id"`
	Contact      id.ID  `json:"contact_person_id"`
	Role         string `json:"role"`
}

// Kind implements event.Fact.
func (OrganizationContactRemoved) Kind() string { return "people.organization-contact-removed.1" }

// About implements event.Fact.
func (f OrganizationContactRemoved) About() (center, person id.ID) { return f.Center, f.Organization }
