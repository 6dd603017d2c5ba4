"""Loan amortization: equal principal parts, equal instalments, what of an instalment is interest, what is left."""

from fractions import Fraction as F
from random import Random

from finmath_grpo.questions.families.problem import Family, Problem
from finmath_grpo.questions.families.writing import (
    FIRMS,
    GOODS,
    WHO,
    given,
    is_,
    pct,
    pick,
    plain,
    power,
    problem,
    show,
    tl,
)

UNIT = "Borç ödeme (amortisman) hesapları"


def _equal_principal(draw: Random) -> Problem:
    """(debt, instalments, rate, which): the instalment of a year when the principal is paid in equal parts."""
    n, part = draw.choice((4, 5, 6, 8, 10)), pick(draw, 1000, 12000, 500)
    k, r = pick(draw, 2, n - 1), draw.choice((8, 10, 12, 15, 18, 20, 24, 30, 36))
    debt = part * n
    left = debt - part * (k - 1)
    interest = F(left * r, 100)
    return problem(
        draw,
        (debt, n, r, k),
        (
            f"{tl(debt)} borç, yıllık {pct(r)} faizle {n} yılda eşit anapara taksitleriyle ödenecektir. {k}. yılın"
            " taksidi (anapara ve faiz birlikte) kaç TL'dir?",
            f"{draw.choice(FIRMS)} {n} yıl vadeli {tl(debt)} kredinin anaparasını eşit parçalarla, faizini kalan borç"
            f" üzerinden ödemektedir. Yıllık faiz {pct(r)} ise {k}. yıl sonunda ödenecek tutar kaç TL'dir?",
            f"Anaparası {n} eşit yıllık taksitle geri ödenen {tl(debt)}'lik borçta faiz oranı {pct(r, 'dir')}. {k}."
            " taksit faiziyle birlikte kaç TL'dir?",
        ),
        (
            f"Anapara payı: {show(debt)} / {n} = {show(part)}\nÖnceki {k - 1} yılda ödenen anapara: {show(part)} ×"
            f" {k - 1} = {show(part * (k - 1))}\nKalan borç: {show(debt)} - {show(part * (k - 1))} = {show(left)}\n"
            f"Faiz: {show(left)} × {r} / 100 = {show(interest)}\nTaksit: {show(part)} + {show(interest)} ="
            f" {show(part + interest)}",
            f"Her yıl {show(debt)} / {n} = {show(part)} TL anapara ödenir.\n{k}. yılın başında {n} - {k - 1} ="
            f" {n - k + 1} pay borç kalır: {show(part)} × {n - k + 1} = {show(left)}\nBunun faizi {show(left)} ×"
            f" {plain(F(r, 100))} = {show(interest)} TL'dir.\n"
            f"{show(part)} + {show(interest)} = {show(part + interest)}",
        ),
        part + interest,
    )


def _equal_principal_interest(draw: Random) -> Problem:
    """(debt, instalments, rate): all interest when the principal is paid in equal parts."""
    n, part = draw.choice((3, 4, 5, 6, 8, 10)), pick(draw, 1000, 15000, 500)
    r = draw.choice((8, 10, 12, 15, 18, 20, 24, 30, 40))
    debt = part * n
    last = F(part * r, 100)
    count = n * (n + 1) // 2
    terms = " + ".join(str(k) for k in range(1, n + 1))
    return problem(
        draw,
        (debt, n, r),
        (
            f"{tl(debt)}'lik borcun anaparası {n} yılda eşit taksitlerle ödeniyor; faiz her yıl kalan borç üzerinden"
            f" {pct(r)} olarak alınıyor. Ödenecek toplam faiz kaç TL'dir?",
            f"{draw.choice(FIRMS)}, yıllık {pct(r)} faizli {tl(debt)} krediyi {n} eşit anapara taksidiyle"
            " kapatacaktır. Kredinin toplam faiz yükü kaç TL'dir?",
            f"Eşit anapara ödemeli, {n} yıl vadeli ve yıllık {pct(r)} faizli {tl(debt)} borç için vade boyunca ödenen"
            " faizlerin toplamı kaç TL'dir?",
        ),
        (
            f"Anapara payı: {show(debt)} / {n} = {show(part)}\nSon yılın faizi: {show(part)} × {r} / 100 ="
            f" {show(last)}\n"
            f"Faizler bunun {n}, {n - 1}, …, 1 katıdır.\nKatların toplamı: {terms} = {count}\n"
            f"Toplam faiz: {show(last)} × {count} = {show(last * count)}",
            f"İlk yılın faizi: {show(debt)} × {r} / 100 = {show(F(debt * r, 100))}\nSon yılın faizi: {show(part)} ×"
            f" {r} / 100 = {show(last)}\n"
            f"Faizler eşit aralıklarla azalır; ortalaması ({show(F(debt * r, 100))} + {show(last)}) / 2 ="
            f" {show((F(debt * r, 100) + last) / 2)}\n{show((F(debt * r, 100) + last) / 2)} × {n} ="
            f" {show(last * count)}",
        ),
        last * count,
    )


def _instalment(draw: Random) -> Problem:
    """(debt, rate a month, months): debt × i / (1 − (1 + i)^−months) with the given power."""
    debt = pick(draw, 10000, 200000, 5000)
    r, n = draw.choice((F(1), F(3, 2), F(2), F(5, 2), F(3), F(4))), draw.choice((6, 9, 10, 12, 18, 24))
    i, v = r / 100, power(r, -n)
    value = debt * i / (1 - v)
    return problem(
        draw,
        (debt, r, n),
        (
            f"Aylık {pct(r)} faizle {n} ay vadeli {tl(debt)} tüketici kredisi eşit taksitlerle ödenecektir. Aylık"
            f" taksit kaç TL'dir? {given(r, -n)}",
            f"{draw.choice(WHO)} {tl(debt)} ihtiyaç kredisini {n} eşit aylık taksitle, aylık {pct(r)} faizle geri"
            f" ödeyecektir. Bir taksit kaç TL'dir? {given(r, -n)}",
            f"{tl(debt)} peşin değerli bir makine, aylık {pct(r)} faiz üzerinden {n} ay eşit taksitle satılıyor. İlk"
            f" taksit bir ay sonra ödeneceğine göre taksit tutarı kaç TL'dir? {given(r, -n)}",
        ),
        (
            f"a = P × i / (1 - (1 + i)^-n)\n{show(debt)} × {plain(i)} = {show(debt * i)}\n1 - {plain(v)} ="
            f" {plain(1 - v)}\n"
            f"a = {show(debt * i)} / {plain(1 - v)} {is_(value)}",
            f"Borcun bir aylık faizi {show(debt)} × {plain(i)} = {show(debt * i)} TL'dir.\nBu tutar, 1 - {plain(v)} ="
            f" {plain(1 - v)} sayısına bölünür.\n{show(debt * i)} / {plain(1 - v)} {is_(value)}",
        ),
        value,
    )


def _drawn_instalment(draw: Random) -> tuple[int, F, int]:
    debt, r = pick(draw, 20000, 150000, 5000), draw.choice((F(1), F(3, 2), F(2), F(5, 2), F(3), F(4), F(5)))
    interest = debt * r / 100
    return debt, r, int(interest) + pick(draw, 1000, 9000, 250)


def _first_principal(draw: Random) -> Problem:
    """(debt, rate a month, instalment): instalment − debt × i."""
    debt, r, a = _drawn_instalment(draw)
    interest = debt * r / 100
    return problem(
        draw,
        (debt, r, a),
        (
            f"Aylık {pct(r)} faizli {tl(debt)} kredinin eşit taksitleri {tl(a)}'dir. İlk taksidin anaparaya giden"
            " kısmı kaç TL'dir?",
            f"{draw.choice(WHO)} aylık {pct(r)} faizle {tl(debt)} kredi almıştır; aylık taksidi {tl(a)}'dir. İlk ayda"
            " ödenen anapara kaç TL'dir?",
            f"{tl(debt)}'lik borç için her ay {tl(a)} ödenmektedir. Aylık faiz {pct(r)} olduğuna göre birinci ödeme"
            " ile borçtan düşülen tutar kaç TL'dir?",
        ),
        (
            f"İlk ayın faizi: {show(debt)} × {plain(r)} / 100 = {show(interest)}\nAnapara payı: {show(a)} -"
            f" {show(interest)} = {show(a - interest)}",
            f"Taksidin içinde önce faiz vardır: {show(debt)} × {plain(r / 100)} = {show(interest)}\nGerisi"
            f" anaparadır: {show(a)} - {show(interest)} = {show(a - interest)}",
        ),
        a - interest,
    )


def _left_after_two(draw: Random) -> Problem:
    """(debt, rate a month, instalment): the debt after two instalments."""
    debt, r, a = _drawn_instalment(draw)
    f = 1 + r / 100
    one = debt * f - a
    two = one * f - a
    if two <= 0:
        return _left_after_two(draw)
    return problem(
        draw,
        (debt, r, a),
        (
            f"{tl(debt)} kredi aylık {pct(r)} faizle alınmış, her ay sonunda {tl(a)} ödenmiştir. İkinci ödemeden"
            " sonra kalan borç kaç TL'dir?",
            f"Aylık faizi {pct(r)}, aylık taksidi {tl(a)} olan {tl(debt)}'lik krediyi iki taksit ödedikten sonra"
            " kapatmak isteyen kişinin ödeyeceği kalan anapara kaç TL'dir?",
            f"{draw.choice(WHO)} {tl(debt)} borcunu aylık {pct(r)} faizle ve {tl(a)}'lik eşit taksitlerle"
            " ödemektedir. 2. taksitten sonraki borç bakiyesi kaç TL'dir?",
        ),
        (
            f"1. ay faizi: {show(debt)} × {plain(r)} / 100 = {show(debt * r / 100)}\n"
            f"1. ay sonu: {show(debt)} + {show(debt * r / 100)} - {show(a)} = {show(one)}\n"
            f"2. ay faizi: {show(one)} × {plain(r)} / 100 = {show(one * r / 100)}\n"
            f"2. ay sonu: {show(one)} + {show(one * r / 100)} - {show(a)} {is_(two)}",
            f"Borç her ay {plain(f)} katına çıkar, sonra taksit düşülür.\n{show(debt)} × {plain(f)} ="
            f" {show(debt * f)}\n"
            f"{show(debt * f)} - {show(a)} = {show(one)}\n{show(one)} × {plain(f)} = {show(one * f)}\n{show(one * f)}"
            f" - {show(a)} {is_(two)}",
        ),
        two,
    )


def _total_interest(draw: Random) -> Problem:
    """(debt, instalments, instalment): instalments × instalment − debt."""
    debt, n = pick(draw, 10000, 120000, 2000), draw.choice((6, 10, 12, 18, 24, 36))
    a = -(-debt // n // 10) * 10 + pick(draw, 50, 1500, 50)
    total = a * n
    return problem(
        draw,
        (debt, n, a),
        (
            f"{tl(debt)} kredi, {n} ay boyunca {tl(a)}'lik eşit taksitlerle geri ödeniyor. Kredi için ödenen toplam"
            " faiz kaç TL'dir?",
            f"{draw.choice(WHO)} bankadan aldığı {tl(debt)} için ayda {tl(a)} olmak üzere {n} taksit ödeyecektir."
            " Kredinin faiz yükü kaç TL'dir?",
            f"Taksidi {tl(a)}, taksit sayısı {n} olan {tl(debt)}'lik bir kredide geri ödenen para, alınan paradan kaç"
            " TL fazladır?",
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
    n = draw.choice((3, 4, 5, 6, 9, 10))
    cash, r = pick(draw, 4000, 60000, 1000), draw.choice((5, 8, 10, 12, 15, 20, 25, 30))
    down = cash // 5000 * 1000 or 500
    total = F(cash * (100 + r), 100)
    a = (total - down) / n
    if a.denominator != 1:
        return _surcharge(draw)
    return problem(
        draw,
        (cash, down, n, a),
        (
            f"Peşin fiyatı {tl(cash)} olan {draw.choice(GOODS)}, {tl(down)} peşinat ve {tl(a)}'lik {n} taksitle"
            " satılıyor. Vade farkının peşin fiyata oranı yüzde kaçtır?",
            f"Bir mağaza {tl(cash)}'lik ürünü {tl(down)} peşin, kalanını {n} ay boyunca {tl(a)} taksitle satmaktadır."
            " Taksitli fiyat peşin fiyattan yüzde kaç fazladır?",
            f"{draw.choice(WHO)} peşin {tl(cash)} olan ürünü {tl(down)} peşinatla ve her biri {tl(a)} olan {n}"
            " taksitle alıyor. Ödenen vade farkı peşin fiyatın yüzde kaçıdır?",
        ),
        (
            f"Taksitler: {n} × {show(a)} = {show(a * n)}\nToplam: {show(down)} + {show(a * n)} = {show(total)}\n"
            f"Vade farkı: {show(total)} - {show(cash)} = {show(total - cash)}\nOran: {show(total - cash)} × 100 /"
            f" {show(cash)} = {r}",
            f"Taksitli fiyat {show(down)} + {n} × {show(a)} = {show(total)} TL'dir.\nFark {show(total)} -"
            f" {show(cash)} = {show(total - cash)} TL olur.\n{show(total - cash)} / {show(cash)} ="
            f" {plain(F(r, 100))}\n{plain(F(r, 100))} × 100 = {r}",
        ),
        r,
        "%",
    )


FAMILIES = (
    Family("loan-equal-principal", UNIT, _equal_principal),
    Family("loan-equal-principal-interest", UNIT, _equal_principal_interest),
    Family("loan-instalment", UNIT, _instalment),
    Family("loan-first-principal", UNIT, _first_principal),
    Family("loan-left-after-two", UNIT, _left_after_two),
    Family("loan-total-interest", UNIT, _total_interest),
    Family("loan-surcharge", UNIT, _surcharge),
)
