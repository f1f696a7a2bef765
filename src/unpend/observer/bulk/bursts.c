/* The datagram half of the bulk look-up with one system call for 64 datagrams: what burst.py does, in C.

   Optional; `./dev accelerate` builds it. Only the stable ABI of Python 3.11 is used, so one build serves later versions.
   Every answer is matched on id, source and question before anything is believed, and no byte is read beyond its end. */

#define _GNU_SOURCE
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "subjects.h"

#define AT_ONCE 64
#define DATAGRAM 4096
#define QUESTION_LIMIT 260
#define ROUNDS 4
#define SLOTS_LIMIT 32768
#define ID_TRIES 8
#define NO_SLOT 0xFFFF
#define POINTERS_LIMIT 9
#define INNER (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION)

static const unsigned char OPT[11] = {0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0};

typedef struct {
    PyObject *asking, *question, *wanted;
    unsigned long long stamp;
    struct sockaddr_storage peer;
    uint16_t next_free;
    char ours; /* the asking is of this module, and its owner is told of a plain denial without the bytes */
} Slot;

typedef struct {
    PyObject_HEAD
    PyObject *socket, *problem;
    int fd, recurse;
    uint16_t *by_id;
    Slot *slots;
    unsigned size, first_free;
    unsigned char ids[4096];
    unsigned ids_at;
} Burst;

static unsigned char received[AT_ONCE][DATAGRAM];
static struct sockaddr_storage sources[AT_ONCE];
static unsigned char outgoing[AT_ONCE][12 + QUESTION_LIMIT + sizeof OPT];

/* --- slots ------------------------------------------------------------------------------------------------------ */

static int grow(Burst *self) {
    unsigned size = self->size ? self->size * 2 : 1024;
    if (size > SLOTS_LIMIT) return -1;
    Slot *slots = realloc(self->slots, size * sizeof *slots);
    if (!slots) return -1;
    memset(slots + self->size, 0, (size - self->size) * sizeof *slots);
    for (unsigned i = self->size; i < size; i++) slots[i].next_free = i + 1 < size ? i + 1 : NO_SLOT;
    self->first_free = self->size;
    self->slots = slots;
    self->size = size;
    return 0;
}

static void release(Burst *self, unsigned id) {
    unsigned number = self->by_id[id];
    Slot *slot = &self->slots[number];
    Py_CLEAR(slot->asking);
    Py_CLEAR(slot->question);
    Py_CLEAR(slot->wanted);
    slot->next_free = self->first_free;
    self->first_free = number;
    self->by_id[id] = NO_SLOT;
}

static int free_id(Burst *self) {
    for (int i = 0; i < ID_TRIES; i++) {
        if (self->ids_at + 2 > sizeof self->ids) {
            if (getrandom(self->ids, sizeof self->ids, 0) != sizeof self->ids) return -1;
            self->ids_at = 0;
        }
        int id = self->ids[self->ids_at] << 8 | self->ids[self->ids_at + 1];
        self->ids_at += 2;
        if (self->by_id[id] == NO_SLOT) return id;
    }
    return -1;
}

/* --- out -------------------------------------------------------------------------------------------------------- */

static socklen_t address_of(PyObject *peer, struct sockaddr_storage *out) {
    const char *host;
    int port;
    memset(out, 0, sizeof *out);
    if (!PyArg_ParseTuple(peer, "si", &host, &port)) return 0;
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
    if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        return sizeof *four;
    }
    if (inet_pton(AF_INET6, host, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        return sizeof *six;
    }
    PyErr_SetString(PyExc_ValueError, "not an address");
    return 0;
}

/* The question and the wanted target as bytes, new references; whether it has both. */
static int texts_of(PyObject *asking, PyObject **question, PyObject **wanted) {
    if (Py_TYPE(asking) == asking_type) {
        *question = ((Asking *)asking)->question;
        *wanted = ((Asking *)asking)->wanted;
        Py_INCREF(*question);
        Py_INCREF(*wanted);
        return 1;
    }
    *question = PyObject_GetAttr(asking, name_question);
    *wanted = PyObject_GetAttr(asking, name_wanted);
    if (*question && *wanted && PyBytes_Check(*question) && PyBytes_Check(*wanted)) return 1;
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "a question and a target are bytes");
    return 0;
}

/* Notes on the question itself where it goes. */
static int addressed(PyObject *asking, PyObject *target, unsigned long long stamp) {
    if (Py_TYPE(asking) == asking_type) {
        Asking *ours = (Asking *)asking;
        PyObject *before = ours->server;
        Py_INCREF(target);
        ours->server = target;
        ours->stamp = stamp;
        Py_XDECREF(before);
        return 0;
    }
    PyObject *number = PyLong_FromUnsignedLongLong(stamp);
    int failed = !number || PyObject_SetAttr(asking, name_server, target) < 0 ||
                 PyObject_SetAttr(asking, name_stamp, number) < 0;
    Py_XDECREF(number);
    return failed ? -1 : 0;
}

/* Puts one question into its slot and its bytes into the buffer; the id, or -1 where there is no room. */
static int enter(Burst *self, PyObject *asking, unsigned long long stamp, int edns, struct sockaddr_storage *peer,
                 unsigned char *out, size_t *length) {
    if (self->first_free == NO_SLOT && grow(self) < 0) return -1;
    PyObject *question = NULL, *wanted = NULL;
    Py_ssize_t size = texts_of(asking, &question, &wanted) ? PyBytes_Size(question) : -1;
    int id = size > 0 && size <= QUESTION_LIMIT ? free_id(self) : -1;
    if (id < 0) {
        Py_XDECREF(question);
        Py_XDECREF(wanted);
        return -1;
    }
    unsigned number = self->first_free;
    Slot *slot = &self->slots[number];
    self->first_free = slot->next_free;
    self->by_id[id] = number;
    Py_INCREF(asking);
    slot->asking = asking;
    slot->question = question;
    slot->wanted = wanted;
    slot->stamp = stamp;
    slot->peer = *peer;
    slot->ours = Py_TYPE(asking) == asking_type;
    unsigned char header[12] = {id >> 8, id & 0xFF, self->recurse, 0, 0, 1, 0, 0, 0, 0, 0, edns};
    memcpy(out, header, 12);
    memcpy(out + 12, PyBytes_AsString(question), size);
    *length = 12 + size;
    if (edns) {
        memcpy(out + *length, OPT, sizeof OPT);
        *length += sizeof OPT;
    }
    return id;
}

static int send_all(Burst *self, struct mmsghdr *messages, int count) {
    int sent = 0;
    while (sent < count) {
        int now = sendmmsg(self->fd, messages + sent, count - sent, 0);
        if (now < 0 && errno == EINTR) continue;
        if (now < 0) {
            if (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS) {
                Py_XDECREF(self->problem);
                self->problem = PyUnicode_FromString(strerror(errno));
            }
            break;
        }
        sent += now;
    }
    return sent;
}

static PyObject *burst_send(Burst *self, PyObject *args) {
    PyObject *target, *askings;
    unsigned long long stamp;
    int edns;
    if (!PyArg_ParseTuple(args, "OOKp", &target, &askings, &stamp, &edns)) return NULL;
    struct sockaddr_storage address;
    PyObject *peer = PyObject_GetAttr(target, name_source);
    socklen_t address_length = peer ? address_of(peer, &address) : 0;
    Py_XDECREF(peer);
    if (!address_length) return NULL;
    struct mmsghdr messages[AT_ONCE];
    struct iovec pieces[AT_ONCE];
    unsigned char ids[AT_ONCE * 2];
    Py_ssize_t count = PySequence_Size(askings);
    int entered = 0;
    memset(messages, 0, sizeof messages);
    for (; entered < count && entered < AT_ONCE; entered++) {
        PyObject *asking = PySequence_GetItem(askings, entered);
        if (!asking) break;
        size_t length;
        int id = enter(self, asking, stamp, edns, &address, outgoing[entered], &length);
        int failed = id < 0 ? 0 : addressed(asking, target, stamp);
        Py_DECREF(asking);
        if (failed) release(self, id);
        if (failed || id < 0) break;
        ids[entered * 2] = id >> 8;
        ids[entered * 2 + 1] = id & 0xFF;
        pieces[entered] = (struct iovec){outgoing[entered], length};
        messages[entered].msg_hdr = (struct msghdr){
            .msg_name = &address, .msg_namelen = address_length, .msg_iov = &pieces[entered], .msg_iovlen = 1};
    }
    if (PyErr_Occurred()) {
        for (int i = 0; i < entered; i++) release(self, ids[i * 2] << 8 | ids[i * 2 + 1]);
        return NULL;
    }
    int sent = send_all(self, messages, entered);
    for (int i = sent; i < entered; i++) release(self, ids[i * 2] << 8 | ids[i * 2 + 1]);
    return PyBytes_FromStringAndSize((char *)ids, sent * 2);
}

/* --- in --------------------------------------------------------------------------------------------------------- */

static int same_source(const struct sockaddr_storage *a, const struct sockaddr_storage *b) {
    if (a->ss_family != b->ss_family) return 0;
    if (a->ss_family == AF_INET) {
        const struct sockaddr_in *x = (const void *)a, *y = (const void *)b;
        return x->sin_port == y->sin_port && x->sin_addr.s_addr == y->sin_addr.s_addr;
    }
    const struct sockaddr_in6 *x = (const void *)a, *y = (const void *)b;
    return x->sin6_port == y->sin6_port && !memcmp(&x->sin6_addr, &y->sin6_addr, sizeof x->sin6_addr);
}

static unsigned char lowered(unsigned char c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; }

static int same_letters(const unsigned char *a, const unsigned char *b, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (lowered(a[i]) != lowered(b[i])) return 0;
    return 1;
}

/* The place behind the name that stands here, if it is the wanted one (in lower case); else 0. Pointers go backwards. */
static size_t named(const unsigned char *data, size_t size, size_t at, const unsigned char *name, size_t length) {
    size_t done = 0, floor = at, behind = 0;
    for (int pointers = 0;;) {
        if (at >= size) return 0;
        unsigned label = data[at];
        if (label >= 0xC0) {
            if (at + 1 >= size) return 0;
            size_t target = (label & 0x3F) << 8 | data[at + 1];
            if (target >= floor) return 0;
            if (!behind) behind = at + 2;
            at = floor = target;
            if (++pointers >= POINTERS_LIMIT) return 0;
            continue;
        }
        if (label > 63 || at + 1 + label > size || done + 1 + label > length) return 0;
        if (name[done] != label || !same_letters(data + at + 1, name + done + 1, label)) return 0;
        done += 1 + label;
        at += 1 + label;
        if (!label) return done != length ? 0 : behind ? behind : at;
    }
}

static int plainly_right(const unsigned char *data, size_t size, size_t behind, PyObject *wanted) {
    static const unsigned char cname[6] = {0xC0, 0x0C, 0, 5, 0, 1};
    Py_ssize_t length = PyBytes_Size(wanted);
    int rcode = data[3] & 0xF;
    if (length <= 0 || data[6] || data[7] != 1 || (rcode && rcode != 3) || data[2] & 2) return 0;
    if (behind + 12 > size || memcmp(data + behind, cname, 6)) return 0;
    size_t end = behind + 12 + (data[behind + 10] << 8 | data[behind + 11]);
    return named(data, size, behind + 12, (unsigned char *)PyBytes_AsString(wanted), length) == end;
}

/* No more than that the name does not exist, said by a resolver or with authority; never of a SOA, whose denial tells. */
static int plainly_absent(const unsigned char *data, PyObject *question, int recurse) {
    Py_ssize_t length = PyBytes_Size(question);
    const unsigned char *asked = (unsigned char *)PyBytes_AsString(question);
    if ((data[3] & 0xF) != 3 || data[6] || data[7] || data[2] & 2 || !(recurse || data[2] & 4) || length < 5) return 0;
    return asked[length - 4] || asked[length - 3] != 6;
}

/* 1: these very letters; 2: other letters, or an error that repeats no question; 0: not an answer to it. */
static int echoes(const unsigned char *data, size_t size, PyObject *question) {
    size_t length = PyBytes_Size(question);
    const unsigned char *asked = (unsigned char *)PyBytes_AsString(question);
    if (!(data[2] & 0x80)) return 0;
    if (!data[4] && !data[5]) {
        int rcode = data[3] & 0xF;
        return rcode == 1 || rcode == 2 || rcode == 4 || rcode == 5 ? 2 : 0;
    }
    if (size < 12 + length) return 0;
    if (!memcmp(data + 12, asked, length)) return 1;
    return same_letters(data + 12, asked, length) ? 2 : 0;
}

static int take(Burst *self, const unsigned char *data, size_t size, struct sockaddr_storage *source, PyObject *right,
                PyObject *absent, PyObject *rest) {
    if (size < 12) return 0;
    unsigned id = data[0] << 8 | data[1];
    if (self->by_id[id] == NO_SLOT) return 0;
    Slot *slot = &self->slots[self->by_id[id]];
    if (!same_source(&slot->peer, source)) return 0;
    int echo = echoes(data, size, slot->question);
    if (!echo) return 0;
    int failed;
    if (echo == 1 && plainly_right(data, size, 12 + PyBytes_Size(slot->question), slot->wanted)) {
        failed = PyList_Append(right, slot->asking);
    } else if (echo == 1 && slot->ours && PyBytes_Size(slot->wanted) > 0 &&
               plainly_absent(data, slot->question, self->recurse)) {
        failed = PyList_Append(absent, slot->asking);
    } else {
        PyObject *heard = Py_BuildValue("(Oy#)", slot->asking, data, (Py_ssize_t)size);
        failed = heard ? PyList_Append(rest, heard) : -1;
        Py_XDECREF(heard);
    }
    release(self, id);
    return failed;
}

static PyObject *burst_receive(Burst *self, PyObject *args) {
    PyObject *right, *absent, *rest;
    if (!PyArg_ParseTuple(args, "O!O!O!", &PyList_Type, &right, &PyList_Type, &absent, &PyList_Type, &rest)) return NULL;
    struct mmsghdr messages[AT_ONCE];
    struct iovec pieces[AT_ONCE];
    for (int round = 0; round < ROUNDS; round++) {
        memset(messages, 0, sizeof messages);
        for (int i = 0; i < AT_ONCE; i++) {
            pieces[i] = (struct iovec){received[i], DATAGRAM};
            messages[i].msg_hdr = (struct msghdr){
                .msg_name = &sources[i], .msg_namelen = sizeof sources[i], .msg_iov = &pieces[i], .msg_iovlen = 1};
        }
        int count = recvmmsg(self->fd, messages, AT_ONCE, MSG_DONTWAIT, NULL);
        if (count < 0) {
            if (errno == EAGAIN || errno == EWOULDBLOCK) Py_RETURN_FALSE;
            continue;
        }
        for (int i = 0; i < count; i++)
            if (take(self, received[i], messages[i].msg_len, &sources[i], right, absent, rest) < 0) return NULL;
        if (count < AT_ONCE) Py_RETURN_FALSE;
    }
    Py_RETURN_TRUE;
}

static PyObject *burst_expire(Burst *self, PyObject *args) {
    const unsigned char *ids;
    Py_ssize_t length;
    unsigned long long stamp;
    if (!PyArg_ParseTuple(args, "y#K", &ids, &length, &stamp)) return NULL;
    PyObject *late = PyList_New(0);
    for (Py_ssize_t i = 0; late && i + 1 < length; i += 2) {
        unsigned id = ids[i] << 8 | ids[i + 1];
        if (self->by_id[id] == NO_SLOT || self->slots[self->by_id[id]].stamp != stamp) continue;
        if (PyList_Append(late, self->slots[self->by_id[id]].asking) < 0) Py_CLEAR(late);
        release(self, id);
    }
    return late;
}

/* --- names and what is sought ------------------------------------------------------------------------------------- */

#define WIRE_LIMIT 260
#define TXT 16
#define CNAME 5

/* A plain name (no escapes, ASCII) as labels in lower case or as it stands, then the rest of a question unless the type
   is 0. The length in `out`, which holds WIRE_LIMIT bytes; 0 for what needs the long way. */
static size_t wire_into(unsigned char *out, const char *name, size_t length, int type, int lower) {
    if (length < 2 || length > 254 || name[length - 1] != '.') return 0;
    size_t label = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = name[i];
        if (c == '.') {
            if (i - label < 1 || i - label > 63) return 0;
            out[label] = (unsigned char)(i - label);
            label = i + 1;
        } else if (c == '\\' || c >= 0x80) {
            return 0;
        } else {
            out[i + 1] = lower ? lowered(c) : c;
        }
    }
    out[length] = 0;
    if (!type) return length + 1;
    unsigned char behind[4] = {type >> 8, type & 0xFF, 0, 1};
    memcpy(out + length + 1, behind, 4);
    return length + 5;
}

static PyObject *wire(PyObject *unused, PyObject *args) {
    const char *name;
    Py_ssize_t length;
    int type, lower;
    if (!PyArg_ParseTuple(args, "s#ip", &name, &length, &type, &lower)) return NULL;
    unsigned char out[WIRE_LIMIT];
    size_t size = wire_into(out, name, (size_t)length, type, lower);
    if (!size) Py_RETURN_NONE;
    return PyBytes_FromStringAndSize((char *)out, (Py_ssize_t)size);
}

static PyObject *wire_of(PyObject *name, int type, int lower) {
    unsigned char out[WIRE_LIMIT];
    Py_ssize_t length;
    const char *text = PyUnicode_AsUTF8AndSize(name, &length);
    size_t size = text ? wire_into(out, text, (size_t)length, type, lower) : 0;
    if (!text) PyErr_Clear();
    return size ? PyBytes_FromStringAndSize((char *)out, (Py_ssize_t)size) : NULL;
}

/* A value of a frozen class, its fields set past the frozen __init__. Fields end with NULL. */
static PyObject *made(PyObject *class, PyObject **names, PyObject **values) {
    PyObject *self = PyType_GenericAlloc((PyTypeObject *)class, 0);
    for (int i = 0; self && names[i]; i++)
        if (PyObject_GenericSetAttr(self, names[i], values[i]) < 0) Py_CLEAR(self);
    return self;
}

static PyObject *class_sought, *class_subject, *class_record, *dkim, *cname_text;
static PyObject *name_record, *name_behind, *name_name, *name_type, *name_values, *name_purpose, *name_required, *name_ttl,
    *name_known, *name_verified;

/* The classes of what is made here: Sought, Subject, ExpectedRecord, and the purpose DKIM. */
static PyObject *know(PyObject *unused, PyObject *args) {
    PyObject *sought, *subject, *record, *purpose;
    if (!PyArg_ParseTuple(args, "O!O!O!O", &PyType_Type, &sought, &PyType_Type, &subject, &PyType_Type, &record, &purpose))
        return NULL;
    PyObject **places[] = {&class_sought, &class_subject, &class_record, &dkim};
    PyObject *told[] = {sought, subject, record, purpose};
    for (int i = 0; i < 4; i++) {
        PyObject *before = *places[i];
        Py_INCREF(told[i]);
        *places[i] = told[i];
        Py_XDECREF(before);
    }
    Py_RETURN_NONE;
}

/* A record of one CNAME with its question; NULL without an error where it needs the long way. */
static PyObject *cname_sought(PyObject *record, PyObject *name, PyObject *target, PyObject *behind) {
    PyObject *question = wire_of(name, behind == Py_True ? TXT : CNAME, 0), *wanted = wire_of(target, 0, 1);
    PyObject *names[] = {name_record, name_question, name_target, name_behind, NULL};
    PyObject *values[] = {record, question, wanted, behind};
    PyObject *sought = question && wanted ? made(class_sought, names, values) : NULL;
    Py_XDECREF(question);
    Py_XDECREF(wanted);
    return sought;
}

/* sought(record, behind): None for what needs the long way. */
static PyObject *sought_of(PyObject *unused, PyObject *args) {
    PyObject *record, *behind;
    if (!PyArg_ParseTuple(args, "OO!", &record, &PyBool_Type, &behind)) return NULL;
    PyObject *type = PyObject_GetAttr(record, name_type), *values = PyObject_GetAttr(record, name_values);
    PyObject *name = PyObject_GetAttr(record, name_name), *sought = NULL;
    if (class_sought && type && values && name && PyUnicode_Check(type) && PyUnicode_Check(name) &&
        PyUnicode_CompareWithASCIIString(type, "CNAME") == 0 && PyTuple_Check(values) && PyTuple_Size(values) == 1 &&
        PyUnicode_Check(PyTuple_GetItem(values, 0)))
        sought = cname_sought(record, name, PyTuple_GetItem(values, 0), behind);
    Py_XDECREF(type);
    Py_XDECREF(values);
    Py_XDECREF(name);
    if (sought || PyErr_Occurred()) return sought;
    Py_RETURN_NONE;
}

/* One of the three records of Amazon SES, with its question; NULL without an error where it needs the long way. */
static PyObject *dkim_sought(const char *token, size_t size, const char *domain, size_t length, PyObject *zone,
                             PyObject *behind) {
    static const char between[] = "._domainkey.";
    char text[256];
    if (size > 63 || size + sizeof between - 1 + length > 254) return NULL;
    memcpy(text, token, size);
    memcpy(text + size, between, sizeof between - 1);
    memcpy(text + size + sizeof between - 1, domain, length);
    PyObject *name = PyUnicode_FromStringAndSize(text, (Py_ssize_t)(size + sizeof between - 1 + length));
    PyObject *head = PyUnicode_FromStringAndSize(token, (Py_ssize_t)size);
    PyObject *target = head ? PyUnicode_FromFormat("%U.%U", head, zone) : NULL;
    PyObject *values = target ? PyTuple_Pack(1, target) : NULL, *record = NULL, *sought = NULL;
    if (name && values) {
        PyObject *names[] = {name_purpose, name_name,  name_type,  name_values, name_required,
                             name_ttl,     name_known, name_verified, NULL};
        PyObject *fields[] = {dkim, name, cname_text, values, Py_True, Py_None, Py_True, Py_True};
        record = made(class_record, names, fields);
        sought = record ? cname_sought(record, name, target, behind) : NULL;
    }
    Py_XDECREF(name);
    Py_XDECREF(head);
    Py_XDECREF(target);
    Py_XDECREF(values);
    Py_XDECREF(record);
    return sought;
}

/* dkim_subject(key, domain, tokens, zone, behind): None for what needs the long way. */
static PyObject *dkim_subject(PyObject *unused, PyObject *args) {
    PyObject *key, *domain, *tokens, *zone, *behind;
    if (!PyArg_ParseTuple(args, "OUO!UO!", &key, &domain, &PyTuple_Type, &tokens, &zone, &PyBool_Type, &behind)) return NULL;
    Py_ssize_t count = PyTuple_Size(tokens), length, size;
    const char *text = PyUnicode_AsUTF8AndSize(domain, &length);
    if (!text) return NULL;
    if (!class_sought || count > SOUGHT_LIMIT) Py_RETURN_NONE;
    PyObject *all = PyTuple_New(count);
    for (Py_ssize_t i = 0; all && i < count; i++) {
        PyObject *token = PyTuple_GetItem(tokens, i);
        const char *head = PyUnicode_Check(token) ? PyUnicode_AsUTF8AndSize(token, &size) : NULL;
        PyObject *sought = head ? dkim_sought(head, (size_t)size, text, (size_t)length, zone, behind) : NULL;
        if (!sought || PyTuple_SetItem(all, i, sought) < 0) Py_CLEAR(all);
    }
    if (!all && PyErr_Occurred()) return NULL;
    if (!all) Py_RETURN_NONE;
    PyObject *names[] = {name_key, name_sought, name_wants_key, NULL}, *values[] = {key, all, behind};
    PyObject *subject = made(class_subject, names, values);
    Py_DECREF(all);
    return subject;
}

/* For the tests, which hold it against its pure twin. */
static PyObject *plainly_right_of(PyObject *unused, PyObject *args) {
    const unsigned char *data;
    Py_ssize_t size, behind;
    PyObject *wanted;
    if (!PyArg_ParseTuple(args, "y#nS", &data, &size, &behind, &wanted)) return NULL;
    return PyBool_FromLong(size >= 12 && behind >= 0 && plainly_right(data, size, behind, wanted));
}

static PyMethodDef functions[] = {
    {"plainly_right", plainly_right_of, METH_VARARGS, NULL},
    {"wire", wire, METH_VARARGS, NULL},
    {"know", know, METH_VARARGS, NULL},
    {"sought", sought_of, METH_VARARGS, NULL},
    {"dkim_subject", dkim_subject, METH_VARARGS, NULL},
    {"tally", tally, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

/* --- the type --------------------------------------------------------------------------------------------------- */

static void drop_all(Burst *self) {
    for (unsigned id = 0; self->by_id && id < 65536; id++)
        if (self->by_id[id] != NO_SLOT) release(self, id);
}

static PyObject *burst_close(Burst *self, PyObject *unused) {
    drop_all(self);
    return PyObject_CallMethod(self->socket, "close", NULL);
}

static PyObject *burst_fileno(Burst *self, PyObject *unused) { return PyLong_FromLong(self->fd); }

static PyObject *get_problem(Burst *self, void *unused) {
    Py_INCREF(self->problem);
    return self->problem;
}

static int set_problem(Burst *self, PyObject *value, void *unused) {
    Py_XINCREF(value);
    Py_XDECREF(self->problem);
    self->problem = value ? value : PyUnicode_FromString("");
    return 0;
}

static PyObject *burst_new(PyTypeObject *type, PyObject *args, PyObject *unused) {
    PyObject *socket;
    int fd, recurse;
    if (!PyArg_ParseTuple(args, "Oip", &socket, &fd, &recurse)) return NULL;
    allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Burst *self = (Burst *)alloc(type, 0);
    if (!self) return NULL;
    Py_INCREF(socket);
    self->socket = socket;
    self->problem = PyUnicode_FromString("");
    self->fd = fd;
    self->recurse = recurse;
    self->first_free = NO_SLOT;
    self->ids_at = sizeof self->ids;
    self->by_id = malloc(65536 * sizeof *self->by_id);
    if (!self->by_id) {
        Py_DECREF((PyObject *)self);
        return PyErr_NoMemory();
    }
    memset(self->by_id, 0xFF, 65536 * sizeof *self->by_id);
    return (PyObject *)self;
}

static void burst_dealloc(Burst *self) {
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    drop_all(self);
    free(self->by_id);
    free(self->slots);
    Py_XDECREF(self->socket);
    Py_XDECREF(self->problem);
    freefunc freed = (freefunc)PyType_GetSlot(type, Py_tp_free);
    freed(self);
    Py_DECREF((PyObject *)type);
}

static PyMethodDef methods[] = {
    {"send", (PyCFunction)burst_send, METH_VARARGS, NULL},
    {"receive", (PyCFunction)burst_receive, METH_VARARGS, NULL},
    {"expire", (PyCFunction)burst_expire, METH_VARARGS, NULL},
    {"close", (PyCFunction)burst_close, METH_NOARGS, NULL},
    {"fileno", (PyCFunction)burst_fileno, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef properties[] = {
    {"problem", (getter)get_problem, (setter)set_problem, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot type_slots[] = {
    {Py_tp_new, burst_new},
    {Py_tp_dealloc, burst_dealloc},
    {Py_tp_methods, methods},
    {Py_tp_getset, properties},
    {0, NULL},
};

static PyType_Spec type_spec = {"_bursts.Burst", sizeof(Burst), 0, Py_TPFLAGS_DEFAULT, type_slots};

static PyType_Slot asking_slots[] = {{Py_tp_dealloc, asking_dealloc}, {Py_tp_members, asking_members}, {0, NULL}};
static PyType_Slot opened_slots[] = {{Py_tp_dealloc, opened_dealloc}, {Py_tp_methods, opened_methods}, {0, NULL}};
static PyType_Slot lane_slots[] = {
    {Py_tp_new, lane_new}, {Py_tp_dealloc, lane_dealloc}, {Py_tp_methods, lane_methods}, {Py_tp_members, lane_members}, {0, NULL}};

static PyType_Spec asking_spec = {"_bursts.Asking", sizeof(Asking), 0, INNER, asking_slots};
static PyType_Spec opened_spec = {"_bursts.Opened", sizeof(Opened), 0, INNER, opened_slots};
static PyType_Spec lane_spec = {"_bursts.Lane", sizeof(Lane), 0, Py_TPFLAGS_DEFAULT, lane_slots};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_bursts", NULL, -1, functions, NULL, NULL, NULL, NULL};

static int intern_names(void) {
    struct {
        PyObject **place;
        const char *text;
    } names[] = {
        {&name_question, "question"}, {&name_wanted, "wanted"}, {&name_target, "target"}, {&name_sought, "sought"},
        {&name_key, "key"}, {&name_wants_key, "wants_key"}, {&name_seen, "seen"}, {&name_fast, "fast"},
        {&name_keyed, "keyed"}, {&name_server, "server"}, {&name_stamp, "stamp"}, {&name_source, "source"},
        {&name_record, "record"}, {&name_behind, "behind"}, {&name_name, "name"}, {&name_type, "type"},
        {&name_values, "values"}, {&name_purpose, "purpose"}, {&name_required, "required"}, {&name_ttl, "ttl"},
        {&name_known, "known"}, {&name_verified, "verified"}, {&cname_text, "CNAME"}, {&empty_text, ""},
    };
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (!(*names[i].place = PyUnicode_InternFromString(names[i].text))) return -1;
    root_zone = PyBytes_FromStringAndSize("\0", 1);
    return root_zone ? 0 : -1;
}

PyMODINIT_FUNC PyInit__bursts(void) {
    if (intern_names() < 0) return NULL;
    asking_type = (PyTypeObject *)PyType_FromSpec(&asking_spec);
    opened_type = (PyTypeObject *)PyType_FromSpec(&opened_spec);
    lane_type = (PyTypeObject *)PyType_FromSpec(&lane_spec);
    PyObject *self = PyModule_Create(&module), *type = PyType_FromSpec(&type_spec);
    if (!self || !type || !asking_type || !opened_type || !lane_type) return NULL;
    Py_INCREF((PyObject *)lane_type);
    if (PyModule_AddObject(self, "Burst", type) < 0 || PyModule_AddObject(self, "Lane", (PyObject *)lane_type) < 0)
        return NULL;
    return self;
}
