# finmath-grpo: from raw questions to every figure.
#
#   docker build -t finmath-grpo .                             experiments on a GPU
#   docker build -t finmath-grpo:cpu --build-arg STACK=cpu .   `smoke`, and every figure, on any machine
#
# What changes least comes first: an edit of the sources installs nothing again. Debian's packages are those of the day;
# Python's are locked, for CUDA by hash. CUDA's libraries are among them, and from the host comes the driver only.
ARG BASE_IMAGE=debian:bookworm-slim
ARG STACK=cuda

FROM ${BASE_IMAGE} AS debian
COPY docker/apt.txt /opt/finmath/
RUN apt-get update \
    && sed -n 's/^all: *//p' /opt/finmath/apt.txt \
    | DEBIAN_FRONTEND=noninteractive xargs apt-get install -y --no-install-recommends \
    && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log /var/cache/ldconfig/aux-cache \
    && useradd --uid 1000 --create-home artifact

FROM debian AS cpu
LABEL org.opencontainers.image.title="finmath-grpo, CPU stack"
# Where PyTorch's CPU build is, if pip is to take that one: the public build is larger and works as well.
ARG PIP_EXTRA_INDEX_URL
ARG PIP_FIND_LINKS
COPY envs/cpu.lock /opt/finmath/lock
RUN python3 -m venv /opt/venv \
    && PIP_CONSTRAINT=/opt/finmath/lock /opt/venv/bin/pip install --no-cache-dir -r /opt/finmath/lock
ENV FINMATH_STACK=cpu

FROM debian AS cuda
LABEL org.opencontainers.image.title="finmath-grpo, CUDA stack"
# Triton and Inductor compile when they run.
RUN apt-get update \
    && sed -n 's/^cuda: *//p' /opt/finmath/apt.txt \
    | DEBIAN_FRONTEND=noninteractive xargs apt-get install -y --no-install-recommends \
    && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log /var/cache/ldconfig/aux-cache
COPY envs/cuda.lock /opt/finmath/lock
# What builds the one source-only package comes first (see envs/cuda.in).
RUN python3 -m venv /opt/venv \
    && awk '/^(packaging|setuptools|wheel)==/,/# via/' /opt/finmath/lock \
    | /opt/venv/bin/pip install --no-cache-dir --require-hashes -r /dev/stdin \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes --no-build-isolation -r /opt/finmath/lock
ENV FINMATH_STACK=cuda \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility \
    NVIDIA_REQUIRE_CUDA="cuda>=13.0"

# Older builders take the default of an ARG here only where it is repeated.
FROM ${STACK:-cuda}
LABEL org.opencontainers.image.description="A reproducible benchmark of GRPO on Turkish finance mathematics" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="0.1.0"
# Any user may run it, so nothing depends on a home folder or a name in /etc/passwd.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/artifact/src \
    PYTHONDONTWRITEBYTECODE=1 \
    LANG=C.UTF-8 \
    HOME=/tmp/home \
    XDG_CACHE_HOME=/tmp/home/.cache \
    USER=artifact \
    LOGNAME=artifact \
    BROWSER_PATH=/usr/bin/chromium \
    HF_HOME=/artifact/results/cache/huggingface
COPY docker/selfcheck.py /opt/finmath/
RUN HF_HOME=/tmp/huggingface python /opt/finmath/selfcheck.py && rm -rf /tmp/* /tmp/.[!.]*
COPY docker/entrypoint /usr/local/bin/
COPY . /artifact
WORKDIR /artifact
RUN chmod -R a+rX . && chmod a+rx /usr/local/bin/entrypoint && mkdir -p results && chmod 0777 results \
    && python -m compileall -q src
# The commit, where the build knows more than .git/HEAD says:
#   --build-arg REVISION=$(git describe --always --exclude='*' --abbrev=40 --dirty)
ARG REVISION
ENV FINMATH_REVISION=${REVISION}
LABEL org.opencontainers.image.revision=${REVISION}
USER artifact
ENTRYPOINT ["tini", "-g", "--", "/usr/local/bin/entrypoint"]
CMD ["help"]
