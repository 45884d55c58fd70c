#ifndef CDNNL_H
#define CDNNL_H

#endif
