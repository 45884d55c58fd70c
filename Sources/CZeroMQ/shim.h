#include <zmq.h>

// What a thread waits with on the sockets' descriptors; Swift's Glibc module leaves both out.
#include <sys/epoll.h>
#include <sys/eventfd.h>
