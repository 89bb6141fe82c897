// Its place is the model, where the HTTP server may take it from too.
#pragma once

#include "collectors/model/unique_fd.h"
