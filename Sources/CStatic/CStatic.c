#include "CStatic.h"

#include <stddef.h>

#ifdef FULLY_STATIC
// dlopen(3). The Swift library asks for it where a debugging aid is wanted, and glibc's would bring a
// loader that needs, when it runs, the very files that the program was linked with; the linker warns of
// that. A fully static program can load nothing, and this says so.
void *dlopen(const char *path, int mode) {
    (void)path;
    (void)mode;
    return NULL;
}
#endif
