// Package facts holds the payloads of the event log, one file a domain: plain data with ids, states, days and amounts, never
// personal values. A fact only grows; what cannot grow becomes a new version (style.md, rule 10).
package facts

import (
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
)

// Matter is what every sales fact says about its enquiry: the dimensions by which it is counted (INS-2).
type Matter struct {
	Enquiry    id.ID  `json:"enquiry_id"`
	Person     id.ID  `json:"person_id"`
	Center     id.ID  `json:"center_id"`
	Consultant id.ID  `json:"consultant_id"`
	Channel    id.ID  `json:"channel_id"`
	Course     id.ID  `json:"course_id"`
	Kind       string `json:"kind"` // new, renewal, upgrade, return
	Campaign   id.ID  `json:"campaign_id,omitzero"`
}

// About implements event.Fact.
func (m Matter) About() (center, person id.ID) { return m.Center, m.Person }

// All lists every kind of fact, for the registry.
func All() []event.Fact { return all }

var all = []event.Fact{
	CenterOpened{},
	CenterChanged{},
	SpecialDayAdded{},
	SpecialDayChanged{},
	SpecialDayRemoved{},
	RoomAdded{},
	RoomChanged{},
	RegionAdded{},
	RegionChanged{},
	DelegationGiven{},
	DelegationEnded{},
	StaffAdded{},
	StaffChanged{},
	PositionGiven{},
	PositionEnded{},
	AccountOpened{},
	AccountChanged{},
	PasswordChanged{},
	PasswordReset{},
	TOTPEnabled{},
	TOTPDisabled{},
	TokenIssued{},
	TokenRevoked{},
	SessionEnded{},
	SettingChanged{},
	PreferencesChanged{},
	ViewSaved{},
	ViewChanged{},
	ViewDeleted{},
	ViewSubscribed{},
	ViewUnsubscribed{},
	PersonRegistered{},
	PersonChanged{},
	PhoneRevealed{},
	RevealLimitReached{},
	FieldMarked{},
	TouchRecorded{},
	TouchWithdrawn{},
	HouseholdJoined{},
	HouseholdLeft{},
	GuardianLinked{},
	PersonsMerged{},
	PersonsUnmerged{},
	PersonsToldApart{},
	ConsentGiven{},
	ConsentWithdrawn{},
	GuardianUnlinked{},
	NoticesChosen{},
	TaskDone{},
	TaskReopened{},
	TaskReassigned{},
	TaskGiven{},
	ApprovalGiven{},
	ApprovalRefused{},
	ApprovalQuestioned{},
	ApprovalAnswered{},
	ApprovalWithdrawn{},
	ApprovalEscalated{},
	ApprovalLimitSet{},
	NoticesRead{},
	ChannelAdded{},
	ChannelChanged{},
	CampaignFormatSet{},
	CampaignPlanned{},
	CampaignChanged{},
	CampaignSubmitted{},
	CampaignExtended{},
	CostBooked{},
	CostReversed{},
	CampaignClosed{},
	CampaignDropped{},
	CapturePointSet{},
	SubmissionReceived{},
	SubmissionRejected{},
	SubmissionEntered{},
	CourseAdded{},
	CourseChanged{},
	PackageAdded{},
	PackageChanged{},
	ContractDrafted{},
	ContractSigned{},
	EnquiryEntered{},
	EnquiryUpdated{},
	EnquiryChanged{},
	LeadMerged{},
	EnquiryAssigned{},
	EnquiryLost{},
	EnquiryReopened{},
	EnquiryPooled{},
	EnquiryClaimed{},
	ClaimWithdrawn{},
	PoolEntryViewed{},
	ContactBreached{},
	ContactEscalated{},
	LadderStepSet{},
	AppointmentBooked{},
	AppointmentConfirmed{},
	AppointmentMoved{},
	AppointmentCancelled{},
	AppointmentWithdrawn{},
	VisitReopened{},
	AppointmentMissed{},
	AppointmentRestored{},
	VisitCheckedIn{},
	VisitWithdrawn{},
	WalkedIn{},
	VisitFinished{},
	QuoteMade{},
	QuoteAccepted{},
	AssignmentRuleSet{},
	ScoreTrainingAsked{},
	ScoresTrained{},
	TargetsSet{},
	PaymentTaken{},
	PaymentReversed{},
	ImportStarted{},
	FeedbackGiven{},
	FeedbackAnswered{},
	ReportMailed{},
	MailRetried{},
}
