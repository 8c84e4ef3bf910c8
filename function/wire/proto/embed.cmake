# cmake -DFROM=file -DTO=file.c -DNAME=name -P embed.cmake: the bytes of FROM as a C array and their number.
file(READ ${FROM} hex HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
file(WRITE ${TO} "#include <stddef.h>
extern const unsigned char ${NAME}[];
extern const size_t ${NAME}_n;
const unsigned char ${NAME}[] = { ${bytes} };
const size_t ${NAME}_n = sizeof(${NAME});
")
