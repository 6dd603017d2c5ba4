"""Loan amortization: equal principal parts, equal instalments, what of an instalment is interest, what is left."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.number_format import format_turkish
from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import (
    FIRMS,
    GOODS,
    WHO,
    equals,
    half_up,
    is_,
    near,
    pct,
    pick,
    plain,
    problem,
    raised,
    show,
    tl,
)

UNIT = "Borç ödeme (amortisman) hesapları"


def _parts(draw: Random) -> tuple[int, int, int, F]:
    """A debt, in how many equal parts its principal is paid, such a part, and a rate per month."""
    n = draw.choice((12, 18, 24, 36, 48, 60))
    part = pick(draw, 1500, 15000, 250)
    return part * n, n, part, F(pick(draw, 149, 449), 100)


def _equal_principal(draw: Random) -> Problem:
    """(debt, instalments, rate per month, which): an instalment when the principal is paid in equal parts."""
    debt, n, part, r = _parts(draw)
    k = pick(draw, 3, n - 1)
    left = debt - part * (k - 1)
    interest = left * r / 100
    value = part + interest
    return problem(
        draw,
        (debt, n, r, k),
        (
            f"{tl(debt)} borcun anaparası {n} ayda eşit taksitlerle ödenecek, her ay kalan borç üzerinden aylık"
            f" {pct(r)} faiz alınacaktır. {k}. ayın sonunda ödenecek taksit (anapara ve faiz toplamı) kaç TL'dir?",
            f"{draw.choice(FIRMS)} {n} ay vadeli {tl(debt)} kredinin anaparasını eşit parçalarla, faizini kalan borç"
            f" üzerinden ödemektedir. Aylık faiz oranı {pct(r)} olduğuna göre {k}. ayın sonunda ödenecek tutar kaç"
            " TL'dir?",
            f"Anaparası {n} eşit aylık taksitle geri ödenen {tl(debt)}'lik bir borçta aylık {pct(r)} faiz kalan borç"
            f" üzerinden hesaplanmaktadır. {k}. taksidin faiziyle birlikte tutarı kaç TL'dir?",
            f"{draw.choice(WHO)} {tl(debt)} kredi almıştır. Kredi {n} ay boyunca eşit anapara payı ve kalan borca"
            f" işleyen aylık {pct(r)} faizle ödeneceğine göre {k}. ayın taksidini hesaplayınız.",
            f"Eşit anapara ödemeli, {n} ay vadeli {tl(debt)}'lik bir kredide faiz her ay kalan borç üzerinden aylık"
            f" {pct(r)} oranıyla hesaplanmaktadır. {k}. ayın sonunda ödenecek anapara ve faizin toplamı ne kadardır?",
        ),
        (
            f"Anapara payı: {show(debt)} / {n} = {show(part)}\nÖnceki {k - 1} ayda ödenen anapara: {show(part)} ×"
            f" {k - 1} = {show(part * (k - 1))}\nKalan borç: {show(debt)} - {show(part * (k - 1))} = {show(left)}\n"
            f"Faiz: {show(left)} × {plain(r)} / 100 = {show(interest)}\nTaksit: {show(part)} + {show(interest)}"
            f" {is_(value)}",
            f"Her ay {show(debt)} / {n} = {show(part)} TL anapara ödenir.\n{k}. ayın başında {n} - {k - 1} ="
            f" {n - k + 1} pay borç kalmıştır: {show(part)} × {n - k + 1} = {show(left)}\nBu borcun faizi"
            f" {show(left)} × {plain(r / 100)} = {show(interest)} TL'dir.\n{show(part)} + {show(interest)}"
            f" {is_(value)}",
        ),
        value,
    )


def _equal_principal_interest(draw: Random) -> Problem:
    """(debt, instalments, rate per month): all interest when the principal is paid in equal parts."""
    debt, n, part, r = _parts(draw)
    first, last, count = debt * r / 100, part * r / 100, n * (n + 1) // 2
    value = last * count
    return problem(
        draw,
        (debt, n, r),
        (
            f"{tl(debt)}'lik borcun anaparası {n} ayda eşit taksitlerle ödeniyor; faiz her ay kalan borç üzerinden"
            f" aylık {pct(r)} oranıyla alınıyor. Ödenecek toplam faiz kaç TL'dir?",
            f"{draw.choice(FIRMS)} {tl(debt)} krediyi, faizi kalan borç üzerinden aylık {pct(r)} oranıyla hesaplanan"
            f" {n} eşit aylık anapara taksidiyle kapatacaktır. Kredinin toplam faiz yükü kaç TL'dir?",
            f"Eşit anapara ödemeli, {n} ay vadeli ve kalan borca aylık {pct(r)} faiz işleyen {tl(debt)} borç için vade"
            " boyunca ödenen faizlerin toplamı kaç TL'dir?",
            f"{draw.choice(WHO)}, {tl(debt)} borcunun anaparasını {n} ay boyunca eşit taksitlerle, kalan borca işleyen"
            f" aylık {pct(r)} faizle birlikte ödüyor. Borç bitene kadar ödenecek toplam faizi bulunuz.",
        ),
        (
            f"Anapara payı: {show(debt)} / {n} = {show(part)}\nSon ayın faizi: {show(part)} × {plain(r)} / 100 ="
            f" {show(last)}\nAyların faizleri bunun {n}, {n - 1}, …, 1 katıdır.\nKatların toplamı: {n} × {n + 1} / 2 ="
            f" {show(count)}\nToplam faiz: {show(last)} × {show(count)} {is_(value)}",
            f"İlk ayın faizi: {show(debt)} × {plain(r)} / 100 = {show(first)}\nSon ayın faizi: {show(debt)} / {n} ×"
            f" {plain(r)} / 100 = {show(last)}\nFaizler eşit aralıklarla azalır; ortalaması ({show(first)} +"
            f" {show(last)}) / 2 = {show((first + last) / 2)}\nToplam faiz: {show((first + last) / 2)} × {n}"
            f" {is_(value)}",
        ),
        value,
    )


def _terms(draw: Random) -> tuple[int, F, int]:
    """A debt, its rate per month and its months: of a consumer loan or of a loan for a home."""
    if draw.random() < 0.6:
        return pick(draw, 40000, 500000, 2500), F(pick(draw, 199, 489), 100), draw.choice((12, 18, 24, 30, 36))
    return pick(draw, 600000, 4000000, 25000), F(pick(draw, 159, 329), 100), draw.choice((48, 60, 84, 96, 120))


def _instalment(draw: Random) -> Problem:
    """(debt, rate per month, months): debt × i / (1 − (1 + i)^−months)."""
    debt, r, n = _terms(draw)
    i = r / 100
    v = (1 + i) ** -n
    value = debt * i / (1 - v)
    shown = near(v, lambda factor: half_up(debt * i / (1 - factor), 2))
    text, back = format_turkish(shown), f"{raised(1 + i, -n)} {equals(v, shown)}"
    end = is_(debt * i / (1 - F(shown)))
    kind = "konut kredisi" if n >= 48 else "ihtiyaç kredisi"
    return problem(
        draw,
        (debt, r, n),
        (
            f"Aylık {pct(r)} faiz oranıyla {n} ay vadeli {tl(debt)} tutarındaki {kind}, ay sonlarında eşit taksitlerle"
            " ödenecektir. Aylık taksit tutarı kaç TL'dir?",
            f"{draw.choice(WHO)} kullandığı {tl(debt)} tutarındaki krediyi {n} eşit aylık taksitle, aylık {pct(r)}"
            " bileşik faizle geri ödeyecektir. İlk taksit bir ay sonra ödeneceğine göre bir taksidin tutarı kaç"
            " TL'dir?",
            f"Peşin fiyatı {tl(debt)} olan bir {'konut' if n >= 48 else 'makine'}, aylık {pct(r)} bileşik faiz"
            f" üzerinden {n} ay eşit taksitle satılıyor. İlk taksit bir ay sonra ödeneceğine göre taksit tutarını"
            " hesaplayınız.",
            f"{tl(debt)}'lik bir borç, her ayın sonunda ödenen {n} eşit taksitle kapatılacaktır. Borca aylık {pct(r)}"
            " bileşik faiz uygulandığına göre her taksit ne kadardır?",
            f"{draw.choice(FIRMS)} aylık {pct(r)} faizle {n} ay vadeli {tl(debt)} kredi kullanmıştır. Vergi ve masraf"
            " olmadığına ve taksitler ay sonlarında eşit ödendiğine göre aylık taksit kaç TL'dir?",
        ),
        (
            f"a = P × i / (1 - (1 + i)⁻ⁿ)\n{back}\na = {show(debt)} × {plain(i)} / (1 - {text}) {end}",
            f"Taksitler normal anüite oluşturur: P = a × (1 - (1 + i)⁻ⁿ) / i\n{back}\nBir aylık faiz: {show(debt)} ×"
            f" {plain(i)} = {show(debt * i)}\nTaksit: {show(debt * i)} / (1 - {text}) {end}",
        ),
        value,
    )


def _paid_back(draw: Random) -> tuple[int, F, int, F]:
    """A debt, its rate per month, its months, and its instalment rounded to two places."""
    debt, r, n = _terms(draw)
    i = r / 100
    return debt, r, n, F(half_up(debt * i / (1 - (1 + i) ** -n), 2))


def _principal_part(draw: Random) -> Problem:
    """(debt, rate per month, instalment, which): (instalment − debt × i) × (1 + i)^(which − 1)."""
    debt, r, n, a = _paid_back(draw)
    k = pick(draw, 6, min(n, 25))
    i = r / 100
    interest = debt * i
    first, f = a - interest, (1 + i) ** (k - 1)
    value = first * f
    shown = near(f, lambda factor: half_up(first * factor, 2))
    end = f"{show(first)} × {format_turkish(shown)} {is_(first * F(shown))}"
    return problem(
        draw,
        (debt, r, a, k),
        (
            f"Aylık {pct(r)} faizli {tl(debt)} kredinin ay sonlarında ödenen eşit taksitleri {tl(a)}'dir. {k}. taksidin"
            " içindeki anapara payı kaç TL'dir?",
            f"{draw.choice(WHO)} aylık {pct(r)} faizle {tl(debt)} kredi almıştır; her ayın sonunda {tl(a)} taksit"
            f" ödemektedir. {k}. ayda ödenen taksidin anaparaya giden kısmı kaç TL'dir?",
            f"{tl(debt)}'lik bir borç, aylık {pct(r)} bileşik faizle ve her ay sonunda {tl(a)} eşit taksitle geri"
            f" ödenmektedir. {k}. taksitle borçtan düşülen anapara tutarını hesaplayınız.",
            f"Eşit taksitli bir kredide borç {tl(debt)}, aylık faiz oranı {pct(r)}, ay sonlarında ödenen taksit {tl(a)}"
            f" olduğuna göre {k}. taksitteki anapara payı ne kadardır?",
            f"{draw.choice(FIRMS)}, {tl(debt)} kredisi için aylık {pct(r)} faizle her ayın sonunda {tl(a)} taksit"
            f" ödüyor. {k}. taksidin faiz dışındaki bölümü kaç TL'dir?",
        ),
        (
            f"İlk ayın faizi: {show(debt)} × {plain(i)} = {show(interest)}\nİlk taksidin anapara payı: {show(a)} -"
            f" {show(interest)} = {show(first)}\nAnapara payı her ay {plain(1 + i)} katına çıkar:"
            f" {raised(1 + i, k - 1)} {equals(f, shown)}\n{k}. taksidin anapara payı: {end}",
            f"k. anapara payı = (a - P × i) × (1 + i)ᵏ⁻¹\n{show(debt)} × {plain(i)} = {show(interest)}\n{show(a)} -"
            f" {show(interest)} = {show(first)}\n{raised(1 + i, k - 1)} {equals(f, shown)}\n{end}",
        ),
        value,
    )


def _balance(draw: Random) -> Problem:
    """(debt, rate per month, instalment, paid): the debt after so many instalments."""
    debt, r, n, a = _paid_back(draw)
    k = pick(draw, 5, min(n - 3, 24))
    i = r / 100
    f = (1 + i) ** k
    value = debt * f - a * (f - 1) / i
    shown = near(f, lambda x: half_up(debt * x - a * (x - 1) / i, 2))
    text = format_turkish(shown)

    def steps(x: F) -> tuple[object, object]:
        return half_up(debt * x, 2), half_up(a * (x - 1) / i, 2)

    grown, paid = F(half_up(debt * f, 2)), F(half_up(a * (f - 1) / i, 2))
    longer = near(f, steps)
    by_steps = (
        f"{raised(1 + i, k)} {equals(f, longer)}\nBorcun {k} ay sonraki değeri: {show(debt)} × {format_turkish(longer)}"
        f" {is_(debt * F(longer))}\nÖdenen taksitlerin birikimi: {show(a)} × ({format_turkish(longer)} - 1) /"
        f" {plain(i)} {is_(a * (F(longer) - 1) / i)}\nKalan borç: {show(grown)} - {show(paid)} = {show(grown - paid)}"
    )
    at_once = (
        f"Kalan = P × (1 + i)ᵏ - a × ((1 + i)ᵏ - 1) / i\n{raised(1 + i, k)} {equals(f, shown)}\nKalan = {show(debt)} ×"
        f" {text} - {show(a)} × ({text} - 1) / {plain(i)} {is_(debt * F(shown) - a * (F(shown) - 1) / i)}"
    )
    if F(half_up(value, 2)) != grown - paid:
        return _balance(draw)
    return problem(
        draw,
        (debt, r, a, k),
        (
            f"{tl(debt)} kredi aylık {pct(r)} bileşik faizle alınmış, her ayın sonunda {tl(a)} taksit ödenmiştir. {k}."
            " taksitten hemen sonra kalan borç kaç TL'dir?",
            f"Aylık faiz oranı {pct(r)}, aylık taksidi {tl(a)} olan {tl(debt)}'lik krediyi {k}. taksidini ödedikten"
            " hemen sonra kapatmak isteyen kişinin ödeyeceği kalan anapara kaç TL'dir?",
            f"{draw.choice(WHO)} {tl(debt)} borcunu aylık {pct(r)} faizle ve ay sonlarında {tl(a)}'lik eşit taksitlerle"
            f" ödemektedir. {k}. taksit ödendikten sonraki borç bakiyesini bulunuz.",
            f"{draw.choice(FIRMS)}, {tl(debt)} kredisini ay sonlarında {tl(a)} taksitle geri ödemektedir. Aylık faiz"
            f" oranı {pct(r)} olduğuna göre {k} taksit ödendikten sonra kalan kredi borcu kaç TL'dir?",
            f"Aylık {pct(r)} faizle kullanılan {tl(debt)} kredide her ay sonunda {tl(a)} ödeniyor. {k}. ayın sonunda,"
            " taksit ödendikten sonra ne kadar borç kalır?",
        ),
        (at_once, by_steps),
        value,
    )


def _total_interest(draw: Random) -> Problem:
    """(debt, instalments, instalment): instalments × instalment − debt."""
    debt, _, n, a = _paid_back(draw)
    total = a * n
    return problem(
        draw,
        (debt, n, a),
        (
            f"{tl(debt)} kredi, {n} ay boyunca {tl(a)}'lik eşit taksitlerle geri ödeniyor. Kredi için ödenen toplam"
            " faiz kaç TL'dir?",
            f"{draw.choice(WHO)} bankadan aldığı {tl(debt)} kredi için her ay {tl(a)} olmak üzere {n} taksit"
            " ödeyecektir. Kredinin faiz yükü kaç TL'dir?",
            f"Taksidi {tl(a)}, taksit sayısı {n} olan {tl(debt)}'lik bir kredide geri ödenen toplam para ile alınan"
            " para arasındaki fark kaç TL'dir?",
            f"{draw.choice(FIRMS)} {tl(debt)} krediyi, her biri {tl(a)} olan {n} aylık taksitle kapatmıştır. Kredi için"
            " katlanılan faiz giderini hesaplayınız.",
            f"Aylık taksidi {tl(a)} olan {n} ay vadeli {tl(debt)}'lik kredide vade boyunca ödenecek faizlerin toplamı"
            " ne kadardır?",
        ),
        (
            f"Toplam ödeme: {show(a)} × {n} = {show(total)}\nFaiz: {show(total)} - {show(debt)} = {show(total - debt)}",
            f"{n} taksit {n} × {show(a)} = {show(total)} TL tutar.\nAnapara çıkarılınca {show(total)} - {show(debt)}"
            f" = {show(total - debt)} kalır.",
        ),
        total - debt,
    )


def _surcharge(draw: Random) -> Problem:
    """(cash price, down payment, instalments, instalment): 100 × (dear − cash) / cash, rounded to two places."""
    n = draw.choice((3, 4, 5, 6, 9, 10, 12))
    cash, r = pick(draw, 18000, 90000, 250), pick(draw, 6, 38)
    down = cash // 5000 * 1000
    a = (cash * (100 + r) // 100 - down) // n // 5 * 5
    total = down + n * a
    more = total - cash
    value = F(more * 100, cash)
    ratio = near(F(more, cash), lambda part: half_up(part * 100, 2))
    return problem(
        draw,
        (cash, down, n, a),
        (
            f"Peşin fiyatı {tl(cash)} olan bir {draw.choice(GOODS)}, {tl(down)} peşinat ve {tl(a)}'lik {n} taksitle"
            " satılıyor. Vade farkının peşin fiyata oranı yüzde kaçtır?",
            f"Bir mağaza {tl(cash)}'lik ürünü {tl(down)} peşinat ve {n} ay boyunca her ay {tl(a)} taksitle satmaktadır."
            " Taksitli satış fiyatının peşin fiyata göre artış oranı yüzde kaçtır?",
            f"{draw.choice(WHO)} peşin fiyatı {tl(cash)} olan ürünü {tl(down)} peşinatla ve her biri {tl(a)} olan {n}"
            " taksitle alıyor. Ödenen vade farkının peşin fiyata oranı yüzde kaçtır?",
            f"Peşin {tl(cash)} olan bir {draw.choice(GOODS)} için {tl(down)} peşinat verilmiş, kalanı {tl(a)}'lik {n}"
            " taksitle ödenmiştir. Vade farkının peşin fiyata oranını yüzde olarak hesaplayınız.",
        ),
        (
            f"Taksitler: {n} × {show(a)} = {show(a * n)}\nToplam: {show(down)} + {show(a * n)} = {show(total)}\n"
            f"Vade farkı: {show(total)} - {show(cash)} = {show(more)}\nOran: {show(more)} × 100 /"
            f" {show(cash)} {is_(value, amount=False)}",
            f"Taksitli fiyat {show(down)} + {n} × {show(a)} = {show(total)} TL'dir.\nFark {show(total)} -"
            f" {show(cash)} = {show(more)} TL olur.\n{show(more)} / {show(cash)} {equals(F(more, cash), ratio)}\n"
            f"{format_turkish(ratio)} × 100 {is_(F(ratio) * 100, amount=False)}",
        ),
        value,
        "%",
    )


FAMILIES = (
    Family("loan-equal-principal", UNIT, _equal_principal),
    Family("loan-equal-principal-interest", UNIT, _equal_principal_interest),
    Family("loan-instalment", UNIT, _instalment),
    Family("loan-principal-part", UNIT, _principal_part),
    Family("loan-balance", UNIT, _balance),
    Family("loan-total-interest", UNIT, _total_interest),
    Family("loan-surcharge", UNIT, _surcharge),
)
