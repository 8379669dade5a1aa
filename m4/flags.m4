# MS_COMPILER_KIND: ms_compiler becomes gcc or clang (by what the compiler
# says of itself, not by its file name).
AC_DEFUN([MS_COMPILER_KIND], [
    AC_MSG_CHECKING([which compiler this is])
    AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
#ifndef __clang__
#error not clang
#endif
int main(void) { return 0; }]])], [ms_compiler=clang], [ms_compiler=gcc])
    AC_MSG_RESULT([$ms_compiler])
])

# MS_FLAGS(VARIABLE, FLAGS): appends those flags that the compiler knows.
# All are tried together first, one by one only when that fails.
AC_DEFUN([MS_FLAGS], [
    ms_saved_cflags=$CFLAGS
    AC_MSG_CHECKING([flags for $1])
    ms_all='m4_normalize([$2])'
    CFLAGS="$ms_saved_cflags -Werror $ms_all"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM], [ms_good=$ms_all], [
        ms_good=
        for ms_flag in $ms_all; do
            CFLAGS="$ms_saved_cflags -Werror $ms_flag"
            AC_COMPILE_IFELSE([AC_LANG_PROGRAM],
                [ms_good="$ms_good $ms_flag"])
        done])
    CFLAGS=$ms_saved_cflags
    $1="$$1 $ms_good"
    AC_MSG_RESULT([$ms_good])
    AC_SUBST([$1])
])

# MS_LINK_FLAGS(VARIABLE, FLAGS): the same for the linker.
AC_DEFUN([MS_LINK_FLAGS], [
    ms_saved_ldflags=$LDFLAGS
    ms_saved_cflags=$CFLAGS
    CFLAGS="$CFLAGS $HARDEN_CFLAGS"
    AC_MSG_CHECKING([flags for $1])
    ms_good=
    for ms_flag in m4_normalize([$2]); do
        LDFLAGS="$ms_saved_ldflags $ms_flag"
        AC_LINK_IFELSE([AC_LANG_PROGRAM], [ms_good="$ms_good $ms_flag"])
    done
    LDFLAGS=$ms_saved_ldflags
    CFLAGS=$ms_saved_cflags
    $1="$$1 $ms_good"
    AC_MSG_RESULT([$ms_good])
    AC_SUBST([$1])
])
