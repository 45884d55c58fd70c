/// What happens before the libraries of a program are initialised; there is nothing to call.
#ifndef CSTART_H
#define CSTART_H

#endif
