/*
 * routes_advocacy.h - fields of advocacy activities and of their forms.
 *
 * A part of routes.c, which alone includes it.
 */
#ifndef ROUTES_ADVOCACY_H
#define ROUTES_ADVOCACY_H

#include "http/field.h"
#include "routes_account.h"

/* clang-format off */
#define ADVOCACY_STATUSES \
	"pending|requested|in_progress|completed|declined|cancelled"
#define ADVOCACY_API_TYPES "CASE_STUDY|TESTIMONIAL|REFERENCE_CALL|" \
	"SPEAKER_EVENT|PRESS_RELEASE|WEBINAR|USER_GROUP|ADVISORY_BOARD"
#define ADVOCACY_API_STATUSES \
	"PENDING|REQUESTED|IN_PROGRESS|COMPLETED|DECLINED|CANCELLED"

static const struct field advocacy_index_fields[] = {
	{ .name = "status", .type = FIELD_CHOICE,
	  .choices = ADVOCACY_STATUSES, .label = "Status" },
	END
};

static const struct field advocacy_rest_fields[] = {
	{ .name = "days", .type = FIELD_INT, .is_required = true, .min = 0,
	  .max = 730, .label = "Days of rest" },
	END
};

static const struct field account_advocacy_fields[] = {
	AS_OF,
	{ .name = "activity", .type = FIELD_UUID, .label = "Activity" },
	{ .name = "contact", .type = FIELD_UUID, .label = "Contact" },
	END
};

static const struct field advocacy_fields[] = {
	SEEN,
	{ .name = "type", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "case_study|testimonial|reference_call|speaker_event|"
	      "press_release|webinar|user_group|advisory_board",
	  .label = "Type" },
	{ .name = "status", .type = FIELD_CHOICE, .is_required = true,
	  .choices = ADVOCACY_STATUSES, .label = "Status" },
	{ .name = "contact_id", .type = FIELD_UUID, .label = "Who" },
	{ .name = "outcome", .type = FIELD_NOTE, .max = 5000,
	  .label = "Outcome" },
	{ .name = "value", .type = FIELD_TEXT, .max = 500,
	  .label = "Value" },
	{ .name = "content_urls", .type = FIELD_NOTE, .max = 26000,
	  .label = "Links" },
	{ .name = "override_reason", .type = FIELD_TEXT, .max = 500,
	  .label = "Why all the same" },
	END
};

static const struct field advocacy_api_list_fields[] = {
	{ .name = "limit", .type = FIELD_INT, .min = 1, .max = 200,
	  .fallback = "50", .label = "At most so many" },
	{ .name = "cursor", .type = FIELD_TEXT, .max = 2000,
	  .label = "next_cursor of the page before" },
	{ .name = "type", .type = FIELD_CHOICE,
	  .choices = ADVOCACY_API_TYPES, .label = "Type" },
	{ .name = "status", .type = FIELD_CHOICE,
	  .choices = ADVOCACY_API_STATUSES, .label = "Status" },
	END
};

static const struct field advocacy_api_fields[] = {
	{ .name = "type", .type = FIELD_CHOICE, .is_required = true,
	  .choices = ADVOCACY_API_TYPES, .label = "Type" },
	{ .name = "status", .type = FIELD_CHOICE,
	  .choices = ADVOCACY_API_STATUSES, .label = "Status" },
	{ .name = "contactId", .type = FIELD_UUID, .label = "Who" },
	{ .name = "requestedAt", .type = FIELD_TEXT, .min = 16, .max = 40,
	  .label = "When it was asked for",
	  .example = "2026-10-01T09:00:00Z" },
	{ .name = "completedAt", .type = FIELD_TEXT, .min = 16, .max = 40,
	  .label = "When it was done", .example = "2026-11-01T09:00:00Z" },
	{ .name = "outcome", .type = FIELD_NOTE, .max = 5000,
	  .label = "Outcome" },
	{ .name = "value", .type = FIELD_TEXT, .max = 500,
	  .label = "Value", .example = "Two deals won" },
	{ .name = "contentUrls", .type = FIELD_LIST, .max = 30000,
	  .of = "ContentUrl", .label = "Links" },
	{ .name = "overrideReason", .type = FIELD_TEXT, .max = 500,
	  .label = "Why all the same", .example = "She offered it" },
	END
};
/* clang-format on */

#endif
