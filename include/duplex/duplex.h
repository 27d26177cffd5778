// SPDX-License-Identifier: MIT
#pragma once
#include <duplex/server.h>
#include <duplex/sio.h>
