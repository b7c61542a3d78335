# Included by the Makefile: puts what `make release` built where a Debian host expects it.
#
#     make release && sudo make install
#     make install DESTDIR=/tmp/root              into a directory, for a package
#
# Nothing is started or enabled here (docs/OPERATING.md). Everything goes below /usr: what lies in
# /etc/assay is the operator's. systemd-tmpfiles makes it where it is missing (tmpfiles.d/assay.conf)
# and never touches a configuration that is there.

DESTDIR ?=
BUILT ?= .build/release
DEPLOY := $(dir $(lastword $(MAKEFILE_LIST)))

bindir := $(DESTDIR)/usr/bin
unitdir := $(DESTDIR)/usr/lib/systemd/system
sysusersdir := $(DESTDIR)/usr/lib/sysusers.d
tmpfilesdir := $(DESTDIR)/usr/lib/tmpfiles.d
docdir := $(DESTDIR)/usr/share/doc/assay
datadir := $(DESTDIR)/usr/share/assay

PROGRAMS := assay assay-certs
UNITS := assay-head.service assay-head.socket assay-worker.service
CONFIGURATIONS := head.yaml worker.yaml
# Parts of units that an operator chooses.
CHOICES := assay-head-issuer.conf assay-worker-credentials.conf assay-worker-commands.conf

.PHONY: install uninstall

install:
	@for program in $(PROGRAMS); do \
	    [ -x $(BUILT)/$$program ] || \
	        { echo "make: $(BUILT)/$$program is missing; run make release first" >&2; exit 1; }; \
	done
	install -d -m 0755 $(bindir) $(unitdir) $(sysusersdir) $(tmpfilesdir) $(docdir) $(datadir)
	install -s -m 0755 $(PROGRAMS:%=$(BUILT)/%) $(bindir)
	install -m 0644 $(UNITS:%=$(DEPLOY)systemd/%) $(unitdir)
	install -m 0644 $(DEPLOY)sysusers.d/assay.conf $(sysusersdir)/assay.conf
	install -m 0644 $(DEPLOY)tmpfiles.d/assay.conf $(tmpfilesdir)/assay.conf
	install -m 0644 $(DEPLOY)../docs/OPERATING.md $(BUILT)/assay.cdx.json $(docdir)
	install -m 0644 $(CONFIGURATIONS:%=$(DEPLOY)config/%) $(datadir)
	install -m 0644 $(CHOICES:%=$(DEPLOY)systemd/%) $(datadir)

# Leaves /etc/assay and /var/lib/assay: configuration, keys and state are the operator's.
uninstall:
	rm -f $(PROGRAMS:%=$(bindir)/%) $(UNITS:%=$(unitdir)/%)
	rm -f $(sysusersdir)/assay.conf $(tmpfilesdir)/assay.conf
	rm -rf $(docdir) $(datadir)
