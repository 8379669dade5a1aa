/* Deliveries and lists of them. */
#include "worker/delivery.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/log.h"

struct delivery *
delivery_new(size_t text_size, char **text_out)
{
	struct delivery *d = calloc(1, sizeof(*d) + text_size);

	if (d == NULL)
		log_refuse("out of memory", NULL);
	buf_init(&d->response, RESPONSE_KEEP);
	*text_out = (char *)(d + 1);
	return d;
}

void
delivery_free(struct delivery *d)
{
	buf_free(&d->response);
	free(d);
}

void
delivery_refuse(struct delivery *d, const char *why)
{
	d->kind = DELIVERY_REFUSED;
	(void)snprintf(d->error, sizeof(d->error), "%s", why);
}

void
delivery_push(struct delivery_list *list, struct delivery *d)
{
	d->next = NULL;
	if (list->last != NULL)
		list->last->next = d;
	else
		list->first = d;
	list->last = d;
	list->count++;
}

struct delivery *
delivery_pop(struct delivery_list *list)
{
	struct delivery *d = list->first;

	if (d == NULL)
		return NULL;
	list->first = d->next;
	if (list->first == NULL)
		list->last = NULL;
	list->count--;
	d->next = NULL;
	return d;
}

void
delivery_prepend(struct delivery_list *list, struct delivery_list *front)
{
	if (front->first == NULL)
		return;
	front->last->next = list->first;
	list->first = front->first;
	if (list->last == NULL)
		list->last = front->last;
	list->count += front->count;
	*front = (struct delivery_list){ NULL, NULL, 0 };
}
