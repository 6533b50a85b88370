# Both commands of the README in a fresh environment:
#   docker build --tag twokeys .
#   docker run --rm twokeys                                      the easy-VQA benchmark, then the test suite
#   docker run --rm --volume "$PWD/out:/twokeys/out" twokeys make benchmark      results stay in ./out
FROM python:3.11-slim

RUN apt-get update \
    && apt-get install --yes --no-install-recommends git make \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /twokeys
COPY . .
RUN make .venv/.installed

ENV PATH="/twokeys/.venv/bin:$PATH"
CMD ["make", "benchmark", "test"]
