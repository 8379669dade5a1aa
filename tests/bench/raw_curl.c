/*
 * The limit of libcurl on this machine: raw_curl URL COUNT CONCURRENT posts
 * a signed kilobyte so often and prints requests a second and microseconds
 * of processor time for each.  Nothing is queued, judged or recorded.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

static const char key[] = "0123456789abcdef01234567";
static char body[1025];
static CURLM *multi;
static int events;
static long wait_ms = -1;
static const char *url;

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t
ignore(char *data, size_t size, size_t n, void *arg)
{
	(void)data;
	(void)arg;
	return size * n;
}

static int
want_socket(CURL *e, curl_socket_t fd, int what, void *arg, void *known)
{
	struct epoll_event ev = { .data.fd = fd };

	(void)e;
	(void)arg;
	if (what == CURL_POLL_REMOVE)
		return epoll_ctl(events, EPOLL_CTL_DEL, fd, NULL), 0;
	ev.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) |
		    (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
	(void)epoll_ctl(
	    events, known != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &ev);
	(void)curl_multi_assign(multi, fd, body);
	return 0;
}

static int
want_timeout(CURLM *m, long ms, void *arg)
{
	(void)m;
	(void)arg;
	wait_ms = ms;
	return 0;
}

static struct curl_slist *
sign(unsigned long id)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	char signed_text[1200], text[64], line[128] = "webhook-signature: v1,";
	struct curl_slist *list;
	unsigned len = 0;
	int n = snprintf(signed_text, sizeof(signed_text), "%036lu.%ld.%s", id,
	    (long)time(NULL), body);

	(void)HMAC(EVP_sha256(), key, (int)sizeof(key) - 1,
	    (unsigned char *)signed_text, (size_t)n, mac, &len);
	(void)EVP_EncodeBlock((unsigned char *)line + strlen(line), mac,
	    (int)len);
	list = curl_slist_append(NULL, "Content-Type: application/json");
	(void)curl_slist_append(list, "Expect:");
	(void)snprintf(text, sizeof(text), "webhook-id: %036lu", id);
	(void)curl_slist_append(list, text);
	(void)snprintf(text, sizeof(text), "webhook-timestamp: %ld",
	    (long)time(NULL));
	(void)curl_slist_append(list, text);
	return curl_slist_append(list, line);
}

static void
launch(CURL *e, unsigned long id)
{
	struct curl_slist *list = sign(id);

	(void)curl_easy_setopt(e, CURLOPT_HTTPHEADER, list);
	(void)curl_easy_setopt(e, CURLOPT_PRIVATE, list);
	(void)curl_multi_add_handle(multi, e);
}

static CURL *
make(void)
{
	CURL *e = curl_easy_init();

	(void)curl_easy_setopt(e, CURLOPT_URL, url);
	(void)curl_easy_setopt(e, CURLOPT_POSTFIELDS, body);
	(void)curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE, 1024L);
	(void)curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, ignore);
	(void)curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, 15000L);
	return e;
}

/* Answers begin the next ones. */
static void
drain(unsigned long *begun, unsigned long *done, unsigned long count)
{
	struct curl_slist *list;
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(multi, &left)) != NULL) {
		CURL *e = msg->easy_handle;

		if (msg->data.result != CURLE_OK)
			exit(1);
		(void)curl_easy_getinfo(e, CURLINFO_PRIVATE, (char **)&list);
		(void)curl_multi_remove_handle(multi, e);
		curl_slist_free_all(list);
		++*done;
		if (*begun < count)
			launch(e, (*begun)++);
	}
}

int
main(int argc, char **argv)
{
	unsigned long count, begun = 0, done = 0, width;
	struct epoll_event ready[256];
	struct rusage used;
	double start;
	int running;

	if (argc != 4)
		return 64;
	url = argv[1];
	count = strtoul(argv[2], NULL, 10);
	width = strtoul(argv[3], NULL, 10);
	memset(body, 'x', 1024);
	(void)curl_global_init(CURL_GLOBAL_ALL);
	multi = curl_multi_init();
	events = epoll_create1(0);
	(void)curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	(void)curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, want_timeout);
	(void)curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 4096L);
	start = now();
	while (begun < width && begun < count)
		launch(make(), begun++);
	while (done < count) {
		int n = epoll_wait(events, ready, 256,
		    wait_ms < 0 || wait_ms > 1000 ? 1000 : (int)wait_ms);

		if (n == 0)
			(void)curl_multi_socket_action(
			    multi, CURL_SOCKET_TIMEOUT, 0, &running);
		for (int i = 0; i < n; i++)
			(void)curl_multi_socket_action(multi, ready[i].data.fd,
			    (ready[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
				(ready[i].events & EPOLLOUT ? CURL_CSELECT_OUT
							    : 0),
			    &running);
		drain(&begun, &done, count);
		if (wait_ms == 0)
			(void)curl_multi_socket_action(
			    multi, CURL_SOCKET_TIMEOUT, 0, &running);
		drain(&begun, &done, count);
	}
	start = now() - start;
	(void)getrusage(RUSAGE_SELF, &used);
	(void)printf("{\"rate\": %.0f, \"cpu\": %.1f}\n",
	    (double)count / start,
	    ((double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
		(double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec)) /
		(double)count);
	return 0;
}
