// The loaders of skeleton.h over bpftool's skeletons of either kind, which the including file has
// and whose names it gives: PROGRAM, MAP, LOADER, SKELETON.
#define LOAD_SKELETON(name)                                                             \
  struct SKELETON(name, )* skeleton = SKELETON(name, __open)();                         \
  if (skeleton == NULL) return errno != 0 ? errno : ENOMEM;                             \
  const int status = SKELETON(name, __load)(skeleton);                                  \
  if (status != 0) {                                                                    \
    SKELETON(name, __destroy)(skeleton);                                                \
    return status < 0 ? -status : EINVAL;                                               \
  }                                                                                     \
  const struct BpfObject none = {NULL, NULL, -1, -1, -1, -1, -1, -1, NULL, NULL, NULL}; \
  *object = none;                                                                       \
  object->skeleton = skeleton;                                                          \
  object->close = Close##name

static void CloseWalk(void* skeleton) { SKELETON(Walk, __destroy)(skeleton); }
int LOADER(Walk)(struct BpfObject* object) {
  LOAD_SKELETON(Walk);
  object->walk_connected_fd = PROGRAM(skeleton, walk_connected);
  object->walk_ports_fd = PROGRAM(skeleton, walk_ports);
  object->buffers_fd = MAP(skeleton, buffers);
  object->control = &skeleton->bss->control;
  return 0;
}

static void CloseProbeWalk(void* skeleton) { SKELETON(ProbeWalk, __destroy)(skeleton); }
int LOADER(ProbeWalk)(struct BpfObject* object) {
  LOAD_SKELETON(ProbeWalk);
  object->walk_connected_fd = PROGRAM(skeleton, walk_connected);
  object->walk_ports_fd = PROGRAM(skeleton, walk_ports);
  object->buffers_fd = MAP(skeleton, buffers);
  object->control = &skeleton->bss->control;
  object->request = &skeleton->bss->request;
  return 0;
}

static void CloseEvents(void* skeleton) { SKELETON(Events, __destroy)(skeleton); }
int LOADER(Events)(struct BpfObject* object) {
  LOAD_SKELETON(Events);
  object->on_state_fd = PROGRAM(skeleton, on_state);
  object->destinations_fd = MAP(skeleton, destinations);
  object->failures_fd = MAP(skeleton, failures);
  object->watched_netns = &skeleton->bss->watched_netns;
  return 0;
}
