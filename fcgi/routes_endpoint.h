/*
 * routes_endpoint.h - fields of endpoints and deliveries in the API.
 *
 * A part of routes.c, which alone includes it.
 */
#ifndef ROUTES_ENDPOINT_H
#define ROUTES_ENDPOINT_H

#include "http/field.h"

/* clang-format off */
static const struct field endpoint_api_fields[] = {
	{ .name = "name", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 120, .label = "Name", .example = "n8n" },
	{ .name = "url", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 2048, .label = "Address",
	  .example = "https://n8n.example.com/webhook/health-alert" },
	{ .name = "format", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "standard|slack|seed-000|seed-001", .label = "Format" },
	{ .name = "event_types", .type = FIELD_LIST, .max = 1000,
	  .label = "Events", .example = "[\"health_score_drop\"]" },
	{ .name = "header_name", .type = FIELD_TEXT, .max = 64,
	  .label = "Header" },
	{ .name = "header_value", .type = FIELD_SECRET, .max = 1024,
	  .label = "Value of the header" },
	{ .name = "max_inflight", .type = FIELD_INT, .min = 1, .max = 500,
	  .fallback = "20",
	  .label = "At the same time" },
	{ .name = "rate_per_second", .type = FIELD_INT, .min = 1, .max = 1000,
	  .label = "In a second" },
	{ .name = "is_ordered", .type = FIELD_BOOL,
	  .fallback = "false", .label = "Whether in order" },
	{ .name = "is_active", .type = FIELD_BOOL,
	  .fallback = "true", .label = "Whether it is sent to" },
	END
};

static const struct field delivery_api_retry_fields[] = {
	{ .name = "since", .type = FIELD_CHOICE,
	  .choices = "hour|day|week|month", .fallback = "month",
	  .label = "Since when" },
	END
};
/* clang-format on */

#endif
