"""Twenty answers such as models give: each with something that is easily shown wrongly."""

ANSWERS = {
    "a how-to": """\
To set up the project:

1. Make an environment:

   ```bash
   python -m venv .venv
   source .venv/bin/activate  # `Scripts\\activate` on Windows
   ```

2. Install it, **with** its extras:

   - for `pip`:

     ```sh
     pip install -e '.[dev]' && ls *.py
     ```

   - for `uv`:

         uv sync --all-extras
         uv run __main__.py

3. Run the tests.

That's *all*.
""",
    "code on the item's own line": """\
Three commands:

- ```sh
  ls *.py
  ```
- ```sh
  cat __init__.py
  ```
10. ~~~python title="a `b` c"
    def __call__(self): ...

    x = a * b * c
    ~~~
11. done with **it**
""",
    "quotes": """\
> **Note**
> The docs say:
>
> ```python
> x.__init__()
> ```
>
> > and further in:
> > 1. one
> >
> >    ~~~
> >    a __b__ c
> >    ~~~
> still *quoted*

Not quoted any more.

> ```js
> const __a__ = 1;
after the quote, **bold**
""",
    "fences in fences": """\
Write it like this:

`````markdown
# Title

```python
print("__hi__")
```

````
deeper *still*
````
`````

~~~~text
```
not a fence
~~~
~~~~

```not a fence` really```

Behind **them**.
""",
    "a fence that is never closed": """\
Here is the whole file:

```python
class A:
    def __init__(self):
        self.a = {"*": 1}

    # - no list
    # > no quote
""",
    "a review": """\
## Findings

1. **`retry.py`, line 12**: `wait` doubles twice.
   - It should be:
     ```diff
     - wait = wait * 2 * 2
     + wait = wait * 2
     ```
   - *Why*: see __backoff__.
2. **`agent.py`**
   > "Nothing waits."

   It does:

       await queue.put(__event__)

### Summary
* two bugs
* no test

---

Shall I fix them?
""",
    "a table": """\
| Model | In | Out |
|:------|---:|----:|
| `a_b_c` | $1.00 | $5.00 |
| **d** | $3.00 | $15.00 |
| [e](https://example.com/a_b_(c)) | \\| | x \\* y |

Prices are per *million* tokens.
""",
    "mathematics": """\
For $a_1 * b_2 * c_3$ we have

$$
\\sum_{i=1}^{n} x_i^2 = \\int_0^1 f(x)\\,dx
$$

so `O(n**2)`, and 2 * 3 * 4 = 24, while 2**10 = 1024 and snake_case_stays.

1986\\. was a year. So was
1987. And
- this is an item
2. not a list's start
""",
    "links": """\
See [the docs](https://docs.example.com/a/b?c=d&e=f#g "Title"), <https://example.org>,
https://bare.example/x_y_z and [a reference][ref], or write to <mail@example.com>.

![a picture](https://img.example/p.png)
[evil](javascript:alert(1)) [relative](../x) [https://good.example](https://evil.example)

[ref]: https://example.com/reference
""",
    "HTML": """\
<details>
<summary>More</summary>

Hidden **text**

</details>

<pre>
__init__ * stays *

# as it is
</pre>

<!-- a comment
with __names__ in it
-->

<script>alert("*x*")</script> & <b>bold</b> &amp; &lt;i&gt;

<style>
* { color: red; }
</style>
after *it*
""",
    "emoji": """\
# 🎉 Done!

- ✅ tests 👩‍👩‍👧‍👦 pass
- 🏴󠁧󠁢󠁥󠁮󠁧󠁿 England, 🇰🇭 Cambodia, 🇺🇦🇩🇪 two flags
- 👍🏽 skin, ❤️ heart, 1️⃣ keycap
- 🧑‍💻 `print("🧵")`

```
🙂 *not* bold
```
""",
    "Khmer": """\
សួស្តី! នេះ\u200bជា\u200bអត្ថបទ\u200bខ្មែរ ដែល\u200bមាន **ពាក្យ\u200bដិត** និង `កូដ`។

១. មួយ
- ពីរ
  ```
  បី __បួន__
  ```
""",
    "right to left": """\
שלום! זה **טקסט** בעברית עם `code` ו-English.

1. مرحبا بالعالم
   - می\u200cخواهم *یک* چیز
2. \u200fסוף\u200e (end)

> ציטוט
""",
    "Indic and Thai": """\
नमस्ते, यह **हिन्दी** है: क्\u200dष, क्\u200cष।

- ภาษาไทยไม่มีช่องว่าง
- தமிழ் `குறியீடு`
- 日本語の**太字**と`コード`、한국어
""",
    "soft hyphens": """\
Donau\u00addampf\u00adschiff\u00adfahrt ist **ein\u00ad\u00adfach** lang; `no\u00adbreak`.

Non\u00a0breaking, zero\u200bwidth and a word\u2060joiner.
""",
    "nested lists": """\
- a
  - b
    - c
      1. d

         ```
         e __f__
         ```

      2. g
    - h
- i

  A paragraph *of* i
lazily goes on

  > quoted in i
  > ```
  > j * k * l
  > ```

1) m
2) n
   + o
   * p

-   four columns

    still in it

        and code in it: __q__
- [ ] task
- [x] done
""",
    "tabs": """\
-\tone
-\ttwo

\t\tcode __in__ two
\tstill two

1.\tthree

\t```
\tx\ty
\t```

\tand **more**
""",
    "a log": """\
The log:

    2026-11-28 12:00:01 ERROR __main__: *failed*
    2026-11-28 12:00:02 INFO  retry 1 of 3

      indented further
    > no quote
    - no item

Then it **recovered**.
""",
    "rules and headings": """\
Title
=====

Sub
---

# One #
## Two ##
###### Six
####### seven
#no heading

* * *
_____
- - -
+ + +

#	tab
""",
    "an essay": """\
Streaming is about **time to first token**, not about total time. A reader who sees words
after 300 ms waits *less* than one who sees all of them after 3 s, though both are done
at the same moment.

> "The wait that is seen is the only wait."

There are three costs: the network's, the model's, and yours. Of these, yours is the one
that you can do something about:

1. Don't buffer. `nginx` does, unless told `X-Accel-Buffering: no`.
2. Don't parse twice. A parser that starts over at every delta is *O(n²)*.
3. Don't block. One `time.sleep(1)` in a tool stops **every** stream.

```text
bytes ─▶ events ─▶ words ─▶ eyes
```

That is why the pieces are small, why each has one job, and why nothing waits for a
thing that it doesn't need.\\
A hard break, and two spaces:\x20\x20
the end.
""",
}
