# cmake -DFROM=a.proto -DTO=b.proto -DOLD=a.v1 -DNEW=a.v1beta1 -P rename.cmake: a copy of FROM in which package OLD is called NEW.
file(READ ${FROM} text)
string(REPLACE "package ${OLD};" "package ${NEW};" text "${text}")
file(WRITE ${TO} "${text}")
