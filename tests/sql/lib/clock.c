/* For LD_PRELOAD: PostgreSQL's clock is what a file says, in microseconds
 * since 1970; it goes on by one at each look. The file is CLOCK_FILE. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

int
gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	static long long said, looks;
	static int fd = -1;
	char text[32] = "";
	long long now;

	(void)zone;
	if (fd < 0)
		fd = open(getenv("CLOCK_FILE"), O_RDONLY | O_CLOEXEC);
	if (fd < 0 || pread(fd, text, sizeof(text) - 1, 0) < 0)
		abort();
	now = strtoll(text, NULL, 10);
	if (now == said || now == 0) { /* or it is just being written */
		looks++;
	} else {
		said = now;
		looks = 0;
	}
	tv->tv_sec = (said + looks) / 1000000;
	tv->tv_usec = (said + looks) % 1000000;
	return 0;
}
