// The one way to include Catch2: it moved its headers between its second and third major version.
#ifndef TOCSIN_TESTS_SUPPORT_CATCH_H_
#define TOCSIN_TESTS_SUPPORT_CATCH_H_

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#endif  // TOCSIN_TESTS_SUPPORT_CATCH_H_
