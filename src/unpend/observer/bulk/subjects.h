/* Subjects whose questions are on their way: what opened.py and half.py do in Python, so that a name that is as it ought
   to be costs no step of the interpreter. Included by bursts.c.

   None of these types takes part in the garbage collection: a lane knows neither the flight nor a server, and the one
   circle there is (a server's queue holds questions, which name the server) is cut when the flight ends. */

#include <structmember.h>

#define SOUGHT_LIMIT 1000
#define ALL_RIGHT 9

typedef struct {
    PyObject_HEAD
    PyObject *owner, *question, *wanted, *server, *note, *zone;
    unsigned long long stamp;
    int index, tries, referrals;
    char plain;
} Asking;

typedef struct {
    PyObject_HEAD
    PyObject *done, *follow, *spell;
    PyObject *right, *absent, *verdict, *fast_right, *fast_other, *judged, *silence, *fast_of;
    PyObject *all_right[ALL_RIGHT];
    Py_ssize_t held;
    char ended, together;
} Lane;

typedef struct {
    PyObject_HEAD
    Lane *lane;
    PyObject *subject, *sought, *seen; /* seen: a tuple of its own, or NULL while all was right */
    Py_ssize_t left;
    char keyed, denied;
} Opened;

static PyTypeObject *asking_type, *opened_type, *lane_type;
static PyObject *name_question, *name_wanted, *name_target, *name_sought, *name_key, *name_wants_key, *name_seen,
    *name_fast, *name_keyed, *name_server, *name_stamp, *name_source, *empty_text, *root_zone;

/* --- a question ------------------------------------------------------------------------------------------------- */

static void asking_dealloc(Asking *self) {
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    Py_XDECREF(self->owner);
    Py_XDECREF(self->question);
    Py_XDECREF(self->wanted);
    Py_XDECREF(self->server);
    Py_XDECREF(self->note);
    Py_XDECREF(self->zone);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF((PyObject *)type);
}

static PyMemberDef asking_members[] = {
    {"owner", T_OBJECT, offsetof(Asking, owner), READONLY, NULL},
    {"question", T_OBJECT, offsetof(Asking, question), READONLY, NULL},
    {"wanted", T_OBJECT, offsetof(Asking, wanted), READONLY, NULL},
    {"server", T_OBJECT, offsetof(Asking, server), 0, NULL},
    {"note", T_OBJECT, offsetof(Asking, note), 0, NULL},
    {"zone", T_OBJECT, offsetof(Asking, zone), 0, NULL},
    {"stamp", T_ULONGLONG, offsetof(Asking, stamp), 0, NULL},
    {"index", T_INT, offsetof(Asking, index), READONLY, NULL},
    {"tries", T_INT, offsetof(Asking, tries), 0, NULL},
    {"referrals", T_INT, offsetof(Asking, referrals), 0, NULL},
    {"plain", T_BOOL, offsetof(Asking, plain), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

/* A new question of a subject; NULL with an error set where the subject is not one. */
static PyObject *asking_of(Opened *opened, Py_ssize_t index) {
    PyObject *sought = PyTuple_GetItem(opened->sought, index);
    if (!sought) return NULL;
    PyObject *question = PyObject_GetAttr(sought, name_question), *wanted = PyObject_GetAttr(sought, name_target);
    if (question && opened->lane->spell != Py_None) {
        PyObject *spelled = PyObject_CallFunctionObjArgs(opened->lane->spell, question, NULL);
        Py_DECREF(question);
        question = spelled;
    }
    int sound = question && wanted && PyBytes_Check(question) && PyBytes_Check(wanted);
    Asking *self = sound ? (Asking *)PyType_GenericAlloc(asking_type, 0) : NULL;
    if (!self) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "a question and a target are bytes");
        Py_XDECREF(question);
        Py_XDECREF(wanted);
        return NULL;
    }
    Py_INCREF((PyObject *)opened);
    self->owner = (PyObject *)opened;
    self->question = question;
    self->wanted = wanted;
    Py_INCREF(empty_text);
    self->note = empty_text;
    Py_INCREF(root_zone);
    self->zone = root_zone;
    self->index = (int)index;
    return (PyObject *)self;
}

/* Appends the questions from `first` to before `end` to a list. */
static int ask_for(Opened *opened, Py_ssize_t first, Py_ssize_t end, PyObject *list) {
    for (Py_ssize_t index = first; index < end; index++) {
        PyObject *asking = asking_of(opened, index);
        int failed = asking ? PyList_Append(list, asking) : -1;
        Py_XDECREF(asking);
        if (failed) return -1;
    }
    return 0;
}

/* --- a subject -------------------------------------------------------------------------------------------------- */

static void opened_dealloc(Opened *self) {
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    Py_XDECREF((PyObject *)self->lane);
    Py_XDECREF(self->subject);
    Py_XDECREF(self->sought);
    Py_XDECREF(self->seen);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF((PyObject *)type);
}

/* All right, `count` times. The short ones are shared. */
static PyObject *rights(Lane *lane, Py_ssize_t count) {
    if (count < ALL_RIGHT && lane->all_right[count]) {
        Py_INCREF(lane->all_right[count]);
        return lane->all_right[count];
    }
    PyObject *all = PyTuple_New(count);
    for (Py_ssize_t i = 0; all && i < count; i++) {
        Py_INCREF(lane->right);
        PyTuple_SetItem(all, i, lane->right);
    }
    if (all && count < ALL_RIGHT) {
        Py_INCREF(all);
        lane->all_right[count] = all;
    }
    return all;
}

static int keep(Opened *self, Py_ssize_t index, PyObject *seen) {
    if (seen == self->lane->right) return 0;
    Py_ssize_t count = PyTuple_Size(self->sought);
    if (index < 0 || index >= count) return -1;
    if (!self->seen) {
        self->seen = PyTuple_New(count);
        for (Py_ssize_t i = 0; self->seen && i < count; i++) {
            Py_INCREF(self->lane->right);
            PyTuple_SetItem(self->seen, i, self->lane->right);
        }
        if (!self->seen) return -1;
    }
    Py_INCREF(seen);
    return PyTuple_SetItem(self->seen, index, seen);
}

/* A verdict, made without the detour by its frozen __init__. Steals `seen` and `fast`. */
static int tell(Opened *self, PyObject *fast, PyObject *seen) {
    PyObject *key = PyObject_GetAttr(self->subject, name_key);
    PyObject *verdict = fast && seen && key ? PyType_GenericAlloc((PyTypeObject *)self->lane->verdict, 0) : NULL;
    int failed = !verdict || PyObject_GenericSetAttr(verdict, name_key, key) < 0 ||
                 PyObject_GenericSetAttr(verdict, name_fast, fast) < 0 ||
                 PyObject_GenericSetAttr(verdict, name_seen, seen) < 0 || PyList_Append(self->lane->done, verdict) < 0;
    Py_XDECREF(verdict);
    Py_XDECREF(key);
    Py_XDECREF(fast);
    Py_XDECREF(seen);
    return failed ? -1 : 0;
}

static int conclude(Opened *self) {
    Lane *lane = self->lane;
    Py_ssize_t count = PyTuple_Size(self->sought);
    lane->held -= count;
    PyObject *seen = self->seen, *fast;
    self->seen = NULL;
    if (!seen || self->denied) {
        fast = !seen && self->keyed ? lane->fast_right : lane->fast_other;
        Py_INCREF(fast);
        if (!seen) seen = rights(lane, count);
    } else {
        fast = PyObject_CallFunction(lane->fast_of, "Oi", seen, self->keyed);
    }
    return tell(self, fast, seen);
}

/* One more question has its answer; the ones that waited for the first may go. */
static int answered(Opened *self, int index) {
    if (self->left > 0 && --self->left == 0) return conclude(self);
    if (index || self->lane->together) return 0;
    PyObject *others = PyList_New(0);
    int failed = !others || ask_for(self, 1, PyTuple_Size(self->sought), others) < 0 ||
                 PyList_Append(self->lane->follow, others) < 0;
    Py_XDECREF(others);
    return failed ? -1 : 0;
}

static int noted(Opened *self, int index, PyObject *seen) {
    PyObject *keyed = PyObject_GetAttr(seen, name_keyed);
    if (!keyed) return -1;
    self->keyed = self->keyed || PyObject_IsTrue(keyed) == 1;
    Py_DECREF(keyed);
    return keep(self, index, seen) < 0 ? -1 : answered(self, index);
}

static int is_asking(Opened *self, PyObject *asking) {
    if (Py_TYPE(asking) == asking_type && ((Asking *)asking)->owner == (PyObject *)self) return 1;
    PyErr_SetString(PyExc_TypeError, "not a question of this subject");
    return 0;
}

static PyObject *opened_heard(Opened *self, PyObject *args) {
    PyObject *asking, *data;
    if (!PyArg_ParseTuple(args, "OO", &asking, &data) || !is_asking(self, asking)) return NULL;
    int index = ((Asking *)asking)->index;
    PyObject *sought = PyTuple_GetItem(self->sought, index);
    PyObject *seen = sought ? PyObject_CallFunctionObjArgs(self->lane->judged, data, sought, NULL) : NULL;
    int failed = seen ? noted(self, index, seen) : -1;
    Py_XDECREF(seen);
    if (failed) return NULL;
    Py_RETURN_NONE;
}

static PyObject *opened_unheard(Opened *self, PyObject *args) {
    PyObject *asking, *why;
    if (!PyArg_ParseTuple(args, "OO", &asking, &why) || !is_asking(self, asking)) return NULL;
    int index = ((Asking *)asking)->index, failed = 0;
    PyObject *seen = PyObject_CallFunctionObjArgs(self->lane->silence, why, NULL);
    if (seen && index == 0 && !self->lane->together) {
        for (Py_ssize_t i = 1; !failed && i < PyTuple_Size(self->sought); i++) failed = keep(self, i, seen);
        self->left = 1;
    }
    failed = !seen || failed || noted(self, index, seen) < 0;
    Py_XDECREF(seen);
    if (failed) return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef opened_methods[] = {
    {"heard", (PyCFunction)opened_heard, METH_VARARGS, NULL},
    {"unheard", (PyCFunction)opened_unheard, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

/* --- a lane ----------------------------------------------------------------------------------------------------- */

/* Opens one subject: its first questions go to the list. */
static int open_one(Lane *lane, PyObject *subject, PyObject *first) {
    Opened *self = (Opened *)PyType_GenericAlloc(opened_type, 0);
    if (!self) return -1;
    Py_INCREF((PyObject *)lane);
    self->lane = lane;
    Py_INCREF(subject);
    self->subject = subject;
    self->sought = PyObject_GetAttr(subject, name_sought);
    PyObject *wants_key = PyObject_GetAttr(subject, name_wants_key);
    int failed = -1;
    if (self->sought && wants_key && PyTuple_Check(self->sought) && PyTuple_Size(self->sought) <= SOUGHT_LIMIT) {
        self->left = PyTuple_Size(self->sought);
        self->keyed = PyObject_IsTrue(wants_key) == 0;
        lane->held += self->left;
        if (self->left) {
            failed = ask_for(self, 0, lane->together ? self->left : 1, first);
        } else {
            Py_INCREF(lane->fast_other);
            failed = tell(self, lane->fast_other, PyTuple_New(0));
        }
    } else if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_TypeError, "a subject seeks a tuple of records");
    }
    Py_XDECREF(wants_key);
    Py_DECREF((PyObject *)self);
    return failed;
}

static PyObject *lane_open(Lane *self, PyObject *args) {
    PyObject *source;
    Py_ssize_t most;
    if (!PyArg_ParseTuple(args, "On", &source, &most)) return NULL;
    if (!PyIter_Check(source)) {
        PyErr_SetString(PyExc_TypeError, "an iterator of subjects is wanted");
        return NULL;
    }
    PyObject *first = PyList_New(0);
    while (first && self->held < most) {
        PyObject *subject = PyIter_Next(source);
        if (subject == Py_None) {
            Py_DECREF(subject);
            break;
        }
        if (!subject && !PyErr_Occurred()) {
            self->ended = 1;
            break;
        }
        if (!subject || open_one(self, subject, first) < 0) Py_CLEAR(first);
        Py_XDECREF(subject);
    }
    return first;
}

/* Answers that need no reading, right or absent. A question that is not ours goes to its owner by name. */
static PyObject *each_is(PyObject *askings, const char *name, PyObject *absent) {
    Py_ssize_t count = PyList_Check(askings) ? PyList_Size(askings) : -1;
    if (count < 0) PyErr_SetString(PyExc_TypeError, "a list of questions is wanted");
    for (Py_ssize_t i = 0; i < count && i < PyList_Size(askings); i++) {
        PyObject *asking = PyList_GetItem(askings, i);
        Py_INCREF(asking);
        int failed;
        if (Py_TYPE(asking) == asking_type && Py_TYPE(((Asking *)asking)->owner) == opened_type) {
            Opened *opened = (Opened *)((Asking *)asking)->owner;
            int index = ((Asking *)asking)->index;
            if (absent) opened->denied = 1;
            failed = absent && keep(opened, index, absent) < 0 ? -1 : answered(opened, index);
        } else {
            PyObject *owner = PyObject_GetAttrString(asking, "owner");
            PyObject *told = owner ? PyObject_CallMethod(owner, name, "O", asking) : NULL;
            failed = told ? 0 : -1;
            Py_XDECREF(owner);
            Py_XDECREF(told);
        }
        Py_DECREF(asking);
        if (failed) return NULL;
    }
    if (count < 0) return NULL;
    Py_RETURN_NONE;
}

static PyObject *lane_right(Lane *self, PyObject *askings) { return each_is(askings, "right", NULL); }

static PyObject *lane_absent(Lane *self, PyObject *askings) { return each_is(askings, "absent", self->absent); }

static PyObject *lane_new(PyTypeObject *type, PyObject *args, PyObject *unused) {
    int together;
    PyObject *spell, *words[8];
    if (!PyArg_ParseTuple(args, "pOOOOOOOOO", &together, &spell, &words[0], &words[1], &words[2], &words[3], &words[4],
                          &words[5], &words[6], &words[7]))
        return NULL;
    if (!PyType_Check(words[2])) {
        PyErr_SetString(PyExc_TypeError, "the type of a verdict is wanted");
        return NULL;
    }
    Lane *self = (Lane *)PyType_GenericAlloc(type, 0);
    if (!self) return NULL;
    PyObject **places[] = {&self->right, &self->absent, &self->verdict, &self->fast_right,
                           &self->fast_other, &self->judged, &self->silence, &self->fast_of};
    for (int i = 0; i < 8; i++) {
        Py_INCREF(words[i]);
        *places[i] = words[i];
    }
    Py_INCREF(spell);
    self->spell = spell;
    self->together = (char)together;
    self->done = PyList_New(0);
    self->follow = PyList_New(0);
    if (!self->done || !self->follow) Py_CLEAR(self);
    return (PyObject *)self;
}

static void lane_dealloc(Lane *self) {
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    PyObject *held[] = {self->done, self->follow, self->spell, self->right, self->absent, self->verdict,
                        self->fast_right, self->fast_other, self->judged, self->silence, self->fast_of};
    for (unsigned i = 0; i < sizeof held / sizeof *held; i++) Py_XDECREF(held[i]);
    for (int i = 0; i < ALL_RIGHT; i++) Py_XDECREF(self->all_right[i]);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF((PyObject *)type);
}

static PyMethodDef lane_methods[] = {
    {"open", (PyCFunction)lane_open, METH_VARARGS, NULL},
    {"right", (PyCFunction)lane_right, METH_O, NULL},
    {"absent", (PyCFunction)lane_absent, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef lane_members[] = {
    {"done", T_OBJECT, offsetof(Lane, done), 0, NULL},
    {"follow", T_OBJECT, offsetof(Lane, follow), 0, NULL},
    {"held", T_PYSSIZET, offsetof(Lane, held), READONLY, NULL},
    {"ended", T_BOOL, offsetof(Lane, ended), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

/* Runs of questions that the same server answered, each with its length. */
static PyObject *tally(PyObject *unused, PyObject *askings) {
    Py_ssize_t count = PyList_Check(askings) ? PyList_Size(askings) : 0, run = 0;
    PyObject *runs = PyList_New(0), *server = NULL;
    for (Py_ssize_t i = 0; runs && i <= count; i++) {
        PyObject *next = NULL;
        if (i < count) {
            PyObject *asking = PyList_GetItem(askings, i);
            next = Py_TYPE(asking) == asking_type ? ((Asking *)asking)->server : NULL;
            if (Py_TYPE(asking) != asking_type && !(next = PyObject_GetAttr(asking, name_server))) {
                Py_CLEAR(runs);
                break;
            }
            if (Py_TYPE(asking) == asking_type) {
                next = next ? next : Py_None;
                Py_INCREF(next);
            }
        }
        if (next == server) {
            Py_XDECREF(next);
            run++;
            continue;
        }
        PyObject *entry = server ? Py_BuildValue("(On)", server, run) : NULL;
        if (server && (!entry || PyList_Append(runs, entry) < 0)) Py_CLEAR(runs);
        Py_XDECREF(entry);
        Py_XDECREF(server);
        server = next;
        run = 1;
    }
    Py_XDECREF(server);
    return runs;
}
