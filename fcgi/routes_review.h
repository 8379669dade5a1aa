/*
 * routes_review.h - fields of business reviews and of their forms.
 *
 * A part of routes.c, which alone includes it.
 */
#ifndef ROUTES_REVIEW_H
#define ROUTES_REVIEW_H

#include "http/field.h"
#include "routes_account.h"

/* clang-format off */
#define REVIEW_TYPES "weekly|monthly|quarterly|annual|executive|strategic"

#define REVIEW_PREPARED \
	{ .name = "type", .type = FIELD_CHOICE, .is_required = true, \
	  .choices = REVIEW_TYPES, .label = "Type" }, \
	{ .name = "scheduled_at", .type = FIELD_TEXT, .is_required = true, \
	  .max = 40, .label = "When" }, \
	{ .name = "owner_id", .type = FIELD_UUID, .label = "Led by" }, \
	{ .name = "attendees", .type = FIELD_NOTE, .max = 26000, \
	  .label = "Who takes part" }, \
	{ .name = "agenda", .type = FIELD_NOTE, .max = 26000, \
	  .label = "Agenda" }

static const struct field review_index_fields[] = {
	{ .name = "show", .type = FIELD_CHOICE,
	  .choices = "upcoming|due|held", .fallback = "upcoming",
	  .label = "Show" },
	{ .name = "mine", .type = FIELD_CHOICE, .choices = "yes",
	  .label = "Mine" },
	{ .name = "after_at", .type = FIELD_TEXT, .max = 32,
	  .label = "Position" },
	{ .name = "after_id", .type = FIELD_UUID, .label = "Position" },
	END
};

static const struct field account_reviews_fields[] = { AS_OF, END };

static const struct field review_new_fields[] = { REVIEW_PREPARED, END };

static const struct field review_fields[] = {
	SEEN,
	REVIEW_PREPARED,
	{ .name = "achievements", .type = FIELD_NOTE, .max = 26000,
	  .label = "What went well" },
	{ .name = "challenges", .type = FIELD_NOTE, .max = 26000,
	  .label = "What is in the way" },
	{ .name = "decisions", .type = FIELD_NOTE, .max = 26000,
	  .label = "What was decided" },
	{ .name = "next_steps", .type = FIELD_NOTE, .max = 26000,
	  .label = "What comes next" },
	{ .name = "overall_rating", .type = FIELD_INT, .min = 1, .max = 5,
	  .label = "Rating" },
	{ .name = "feedback", .type = FIELD_NOTE, .max = 5000,
	  .label = "Feedback" },
	{ .name = "follow_up_on", .type = FIELD_DATE, .label = "Follow up" },
	END
};

static const struct field review_hold_fields[] = {
	SEEN,
	{ .name = "held_at", .type = FIELD_DATE, .is_required = true,
	  .label = "The day it was held" },
	END
};

static const struct field review_seen_fields[] = { SEEN, END };

static const struct field review_item_fields[] = {
	{ .name = "title", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 300, .label = "Action item" },
	{ .name = "assignee_id", .type = FIELD_UUID, .label = "Owner" },
	{ .name = "due_on", .type = FIELD_DATE, .label = "Due" },
	END
};

/* The API: names of the programme, in capitals, under its own names. */
#define REVIEW_API_TYPES "WEEKLY|MONTHLY|QUARTERLY|ANNUAL|EXECUTIVE|STRATEGIC"
#define REVIEW_LINES(field, text) \
	{ .name = field, .type = FIELD_LIST, .max = 30000, \
	  .of = "PlanText", .label = text }

static const struct field review_api_list_fields[] = {
	{ .name = "limit", .type = FIELD_INT, .min = 1, .max = 200,
	  .fallback = "50", .label = "At most so many" },
	{ .name = "cursor", .type = FIELD_TEXT, .max = 2000,
	  .label = "next_cursor of the page before" },
	{ .name = "type", .type = FIELD_CHOICE, .choices = REVIEW_API_TYPES,
	  .label = "Type" },
	{ .name = "status", .type = FIELD_CHOICE,
	  .choices = "SCHEDULED|HELD|CANCELLED", .label = "Status" },
	END
};

static const struct field review_api_fields[] = {
	{ .name = "scheduledAt", .type = FIELD_TEXT, .is_required = true,
	  .min = 16, .max = 40, .label = "When it is to be held",
	  .example = "2026-12-01T14:00:00Z" },
	{ .name = "type", .type = FIELD_CHOICE, .choices = REVIEW_API_TYPES,
	  .label = "Type" },
	{ .name = "status", .type = FIELD_CHOICE,
	  .choices = "SCHEDULED|HELD|CANCELLED", .label = "Status" },
	{ .name = "heldAt", .type = FIELD_TEXT, .min = 16, .max = 40,
	  .label = "When it was held", .example = "2026-11-01T14:00:00Z" },
	{ .name = "ownerId", .type = FIELD_UUID, .label = "Led by" },
	REVIEW_LINES("attendees", "Who takes part"),
	REVIEW_LINES("agenda", "Agenda"),
	REVIEW_LINES("achievements", "What went well"),
	REVIEW_LINES("challenges", "What is in the way"),
	REVIEW_LINES("decisions", "What was decided"),
	{ .name = "actionItems", .type = FIELD_LIST, .max = 60000,
	  .of = "NewActionItem", .label = "Action items" },
	REVIEW_LINES("nextSteps", "What comes next"),
	{ .name = "overallRating", .type = FIELD_INT, .min = 1, .max = 5,
	  .label = "Rating" },
	{ .name = "feedback", .type = FIELD_NOTE, .max = 5000,
	  .label = "Feedback" },
	{ .name = "followUpDate", .type = FIELD_DATE, .label = "Follow up" },
	END
};

#define REVIEW_PAGE "review=review_show items=review_items " \
	"carried=review_carried form=review_item_form tenants=my_tenants"
/* clang-format on */

#endif
